"""What stood between us and the article: a paywall, a consent wall, a bot check. Named, never circumvented."""

from __future__ import annotations

import re

from aggregator.extract.head import Head

__all__ = ["BOT_CHECK", "CONSENT_WALL", "PAYWALL", "find_wall"]

BOT_CHECK = "bot check"
CONSENT_WALL = "consent wall"
PAYWALL = "paywall"

_SHORT = 1_500  # characters of text; a page that tells more was not held back
_BOT_TITLE = re.compile(
    r"just a moment|attention required|are you (?:a )?(?:robot|human)|access (?:to this page )?(?:is |has been )?(?:denied|blocked|temporarily)|verify(?:ing)? (?:you|that you|your browser)|"
    r"security check|captcha|bot (?:detection|verification|protection)|ddos|pardon our interruption|please wait|checking your browser|403 forbidden|request (?:blocked|rejected)|unusual traffic|"
    r"human verification|einen moment|un instant|un momento|zugriff verweigert|accès refusé|acceso denegado|доступ ограничен|请稍候|安全验证|アクセスが拒否",
    re.IGNORECASE,
)
_BOT_TEXT = re.compile(
    r"enable javascript and cookies to continue|verify(?:ing)? (?:that )?you are (?:a )?human|checking (?:if the site connection is secure|your browser)|unusual (?:traffic|activity) from your|"
    r"you (?:have been|are being) (?:blocked|rate limited)|cf-(?:chl|browser-verification)|_incapsula_resource|px-captcha|please complete the (?:security check|captcha)|"
    r"prove (?:that )?you(?:'re| are) (?:not a robot|human)|i'?m not a robot",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"before you continue|bevor (?:sie|du) (?:fortfahren|weiter)|avant (?:de continuer|d'accéder)|antes de continuar|prima di continuare|privacy-?(?:manager|center|gate)|"
    r"(?:mit werbung|werbefrei|pur-abo|contentpass|continue with ads|accepter et continuer|zustimmen und weiter|accept and continue|aceptar y continuar|accetta e continua|akkoord en (?:door|verder))",
    re.IGNORECASE,
)
_PAY = re.compile(
    r"(?:subscribe|sign in|log in|register|become a (?:member|subscriber)) (?:now |today |in )?to (?:continue|keep|read|unlock|access)|for subscribers only|subscriber[- ](?:only|exclusive)|"
    r"already a (?:subscriber|member)\?|this (?:article|story|content) is (?:for|available to|reserved for|exclusive to) (?:\w+ )?(?:subscribers|members)|to (?:continue|keep) reading|unlock this (?:article|story)|"
    r"you(?:'ve| have) (?:reached|used|read) (?:your|all)[^.]{0,40}(?:free|limit)|"
    r"jetzt (?:weiterlesen|abonnieren|freischalten)|mit (?:einem )?(?:abo|plus)[^.]{0,30}(?:lesen|weiterlesen)|diesen (?:artikel|text) (?:lesen|weiterlesen)|nur für abonnent|exklusiv für abonnent|bereits abonnent|"
    r"(?:cet )?article (?:est )?réservé aux abonnés|réservé (?:à nos|aux) abonnés|il vous reste[^.]{0,40}à lire|déjà abonné|la suite est réservée|"
    r"(?:contenido|artículo) (?:exclusivo|solo|reservado) para suscriptores|suscríbete para (?:seguir|continuar)|para seguir leyendo|"
    r"(?:articolo|contenuto) riservato agli abbonati|abbonati per (?:continuare|leggere)|conteúdo exclusivo para assinantes|assine para (?:continuar|ler)|"
    r"alleen voor abonnees|word abonnee om|verder lezen\?|endast för prenumeranter|bli prenumerant|kun for abonnenter|vain tilaajille|tylko dla (?:subskrybentów|prenumeratorów)|"
    r"только для подписчиков|оформите подписку|この記事は(?:有料|会員)|残り\d+文字|有料会員(?:限定|記事)|订阅后(?:阅读|继续)|本文为付费|付费阅读|구독자 전용",
    re.IGNORECASE,
)


def find_wall(head: Head, *, title: str | None, text: str, page_text: str, html: str) -> str | None:
    """The name of what stood in the way, or None. `text`: the article as far as found; `page_text`: all the page says.

    A page that declares itself not free (schema.org `isAccessibleForFree`) or asks for a subscription is a paywall only
    if little of the article was served.
    """
    held_back = len(text) < _SHORT
    if (len(page_text) < 3_000 and len(text) < 600) and (
        _BOT_TITLE.search(title or head.title or "")
        or _BOT_TEXT.search(page_text)
        or (len(page_text) < 300 and _BOT_TEXT.search(html[:20_000]))
    ):
        return BOT_CHECK
    if (
        len(text) < 600
        and len(page_text) < 6_000
        and _CONSENT.search(f"{title or head.title or ''}\n{page_text[:4_000]}")
    ):
        return CONSENT_WALL
    if held_back and (_declared_paid(head) or _PAY.search(page_text)):
        return PAYWALL
    return None


def _declared_paid(head: Head) -> bool:
    free = head.article.get("isAccessibleForFree")
    tier = (head.first("article:content_tier", "content_tier") or "").casefold()
    return (
        free is False
        or str(free).strip().casefold() in ("false", "no", "0")
        or tier in ("locked", "metered", "premium", "paid")
    )
