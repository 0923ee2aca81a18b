"""Settings: defaults < settings file < environment < flags, read once into frozen values.

The file is TOML; `[section] key` is also `AGGREGATOR_SECTION_KEY` in the environment, lists divided by commas, and a secret
also `AGGREGATOR_SECTION_KEY_FILE`, the path of a file that holds it. A key that we do not know is an error that names it.
"""

from aggregator.config.checks import channel_of, check_address, check_recipient
from aggregator.config.loading import Settings, default_config_path, default_db_path, load, shown
from aggregator.config.settings import (
    Config,
    DigestConfig,
    FetchConfig,
    FolderRetention,
    ImapConfig,
    InterfaceConfig,
    Language,
    LlmConfig,
    MailConfig,
    PagesConfig,
    PluginsConfig,
    RetentionConfig,
    RulesConfig,
    StoreConfig,
    WebConfig,
    WorkersConfig,
)

__all__ = [
    "Config",
    "DigestConfig",
    "FetchConfig",
    "FolderRetention",
    "ImapConfig",
    "InterfaceConfig",
    "Language",
    "LlmConfig",
    "MailConfig",
    "PagesConfig",
    "PluginsConfig",
    "RetentionConfig",
    "RulesConfig",
    "Settings",
    "StoreConfig",
    "WebConfig",
    "WorkersConfig",
    "channel_of",
    "check_address",
    "check_recipient",
    "default_config_path",
    "default_db_path",
    "load",
    "shown",
]
