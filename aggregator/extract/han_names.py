"""Chinese bylines: names have no capitals and no spaces, and often no word beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["han_names"]

# What counters and labels behind a name say: read, comments, edited, source, posted.
_COUNTED = "阅读|閱讀|浏览|瀏覽|评论|評論|编辑|編輯|责编|責編|来源|來源|发表|發表|发布|發布"
_CREDIT = re.compile(
    r"(?:(?:作者|撰文|(?:^|\s)文)\s*[:：丨|/]\s*|(?:^\W*|本报|本報|社|网|報|报|台|频道|頻道|[（(])\s*(?:记者|記者)\s*[:：丨|/\s]\s*)"
    rf"((?:[\u4e00-\u9fff·]{{2,4}}|[A-Za-z]\w{{2,15}})(?:[、\s]+(?!{_COUNTED})[\u4e00-\u9fff]{{2,3}}(?![\u4e00-\u9fff]))*)(?=[\s）)】/／|,，、。(（]|$)"
)
_PHOTO = re.compile(r"\s*[摄攝]")
_BETWEEN = re.compile(r"[、，,\s]+")
# The hundred commonest family names, without those that begin everyday words of two characters as often.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪任姜范姚谭廖邹熊陆郝孔崔康"
    "邱秦顾侯邵孟龙段雷钱汤尹黎易武贺赖龚文張劉陳楊趙黃吳孫羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻鐘譚鄒陸顧龍錢湯賀賴龔"
)
_NAME = rf"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}"
_ALONE = re.compile(rf"{_NAME}(?:[、，\s]+[\u4e00-\u9fff]{{2,4}}){{0,3}}")
_SIGNED = re.compile(rf"[（(]\s*(?:记者|記者)?\s*({_NAME})(?:\s+[\u4e00-\u9fff]{{2,6}}[报報][道导導])?\s*[）)]\s*$")
# Words of portals that begin like names.
_LABEL = re.compile(
    "江苏|江西|黄金|黄页|任务|武器|武汉|武侠|于是|何时|何处|程序员?|夏[天装]|秦皇岛|康[复养]|文[化学章库娱史教旅件献摘]|龙头|龙虎榜|余额宝?|段子|雷达|孟加拉|"
    "韩[国剧娱]|唐山|宋朝|苏州|贺岁|黎明|吴江|周[刊末]|陆军|林业|董事会|罗马|谢谢|许可证?|顾问|钱包|钟表|张贴"
)
_TITLE = 6  # characters: a shorter line is a label


def han_names(lines: Sequence[str]) -> tuple[str, ...]:
    """Who is credited in one of these lines, the page's blocks around its headline and at its end.

    A name with a word for writing or reporting (not one who took a picture); else one that stands alone between a
    headline and the text; else one in brackets at the end of a line.
    """
    for line in lines:
        for found in (match for match in _CREDIT.finditer(line) if not _PHOTO.match(line, match.end())):
            names = tuple(n for n in _BETWEEN.split(found.group(1)) if 2 <= len(n) <= 12)
            if names:
                return names
    for above, line, below in zip(lines, lines[1:], lines[2:], strict=False):
        if _ALONE.fullmatch(line) and not _LABEL.fullmatch(line) and min(len(above), len(below)) >= _TITLE:
            return tuple(_BETWEEN.split(line))
    signed = (_SIGNED.search(line) for line in lines)
    return next(((found.group(1),) for found in signed if found), ())
