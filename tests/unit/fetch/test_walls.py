"""The wall that stands in the way is named where headers tell."""

from __future__ import annotations

import pytest

from aggregator.fetch.walls import wall


@pytest.mark.parametrize(
    ("status", "headers", "name"),
    [
        (403, {"server": "cloudflare", "cf-ray": "8a"}, "Cloudflare"),
        (503, {"server": "cloudflare"}, "Cloudflare"),
        (403, {"cf-mitigated": "challenge", "server": "cloudflare"}, "Cloudflare"),
        (403, {"x-datadome": "protected"}, "DataDome"),
        (403, {"server": "DataDome"}, "DataDome"),
        (403, {"set-cookie": "datadome=xyz; Path=/"}, "DataDome"),
        (403, {"server": "AkamaiGHost"}, "Akamai"),
        (403, {"set-cookie": "_pxhd=abc"}, "PerimeterX"),
        (403, {"x-iinfo": "1-2-3"}, "Imperva"),
        (403, {"x-cdn": "Incapsula"}, "Imperva"),
        (405, {"x-amzn-waf-action": "captcha"}, "AWS WAF"),
        (202, {"x-amzn-waf-action": "challenge"}, "AWS WAF"),
        (429, {"x-vercel-mitigated": "challenge"}, "Vercel"),
        (403, {"x-sucuri-block": "x"}, "Sucuri"),
        (401, {"www-authenticate": "Basic"}, "login"),
        (403, {"server": "nginx"}, None),
        (404, {"server": "cloudflare"}, None),
        (410, {"server": "cloudflare"}, None),
        (500, {"server": "AkamaiGHost"}, None),
        (520, {"server": "cloudflare"}, None),
    ],
)
def test_a_wall_is_named_by_its_headers(status: int, headers: dict[str, str], name: str | None) -> None:
    assert wall(status, headers) == name
