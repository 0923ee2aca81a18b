"""News agencies, and how they are named: in the name of an outlet, in a credit, in a byline or dateline."""
# ruff: noqa: E501, RUF001 - an agency is one line, in the letters of its language

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AGENCIES", "Agency"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An agency under the one name that is stored for it. The ways of writing it are regular expressions.

    `spelled`, in any case, and `sign`, exactly so (many signs are words in small letters), tell it within other words.
    `written` is how it stands alone: in a byline, in the parentheses of a dateline, in a last line. What is empty tells nothing.
    """

    name: str
    spelled: str = ""
    sign: str = ""
    written: str = ""


# The first that is found counts, so that the Australian Associated Press comes before the Associated Press.
AGENCIES: tuple[Agency, ...] = (
    Agency(name="AAP", spelled="australian associated press", sign="AAP", written="AAP|Australian Associated Press"),
    Agency(name="AP", spelled="associated press", sign="AP", written="AP|The Associated Press|Associated Press"),
    Agency(name="Reuters", spelled="reuters", written="Reuters|Thomson Reuters|Reuters News|رويترز|路透社?|ロイター"),
    Agency(name="AFP", spelled="agence france[- ]presse", sign="AFP", written="AFP|Agence[ -]France[- ]Presse|法新社|أ ?ف ?ب"),
    Agency(name="dpa", spelled="deutsche presse[- ]agentur", sign="dpa|DPA", written=r"dpa|Deutsche Presse-Agentur|dpa-AFX|dpa/\w+|\w+/dpa"),
    Agency(name="EFE", spelled="agencia efe", sign="EFE", written="EFE|Agencia EFE"),
    Agency(name="Europa Press", spelled="europa press", written="Europa Press"),
    Agency(name="ANSA", sign="ANSA", written="ANSA|Adnkronos"),
    Agency(name="PA", spelled="press association|pa media", sign="PA", written="PA|PA Media|Press Association"),
    Agency(name="UPI", spelled="united press international", sign="UPI", written="UPI|United Press International"),
    Agency(name="Canadian Press", spelled="canadian press|presse canadienne", written="The Canadian Press|La Presse Canadienne|Canadian Press"),
    Agency(name="Bloomberg", spelled="bloomberg", written="Bloomberg|Bloomberg News"),
    Agency(name="Kyodo", spelled="kyodo|共同通信", written="Kyodo|Kyodo News|共同通信|共同"),
    Agency(name="Jiji", spelled="jiji press|時事通信", written="Jiji|Jiji Press|時事通信|時事"),
    Agency(name="Xinhua", spelled="xinhua|新华社|新華社", written="Xinhua|Xinhua News Agency|新华社|新華社|新华网"),
    Agency(name="TASS", sign="TASS|ТАСС", written="TASS|ТАСС"),
    Agency(name="RIA", spelled="ria novosti|риа новости", written="RIA Novosti|РИА Новости"),
    Agency(name="Interfax", spelled="interfax|интерфакс", written="Interfax|Интерфакс"),
    Agency(name="PAP", sign="PAP", written="PAP"),
    Agency(name="ANP", sign="ANP", written="ANP"),
    Agency(name="APA", spelled="austria presse agentur", sign="APA", written="APA|Austria Presse Agentur"),
    Agency(name="Belga", spelled="belga", written="Belga"),
    Agency(name="Lusa", spelled="agência lusa", sign="Lusa|LUSA", written="Lusa"),
    Agency(name="PTI", spelled="press trust of india", sign="PTI", written="PTI|Press Trust of India"),
    Agency(name="ANI", spelled="asian news international", sign="ANI", written="ANI"),
    Agency(name="Yonhap", spelled="yonhap|연합뉴스", written="Yonhap|Yonhap News|연합뉴스"),
    Agency(name="Anadolu", spelled="anadolu", written="Anadolu Agency|Anadolu Ajansı|AA"),
    Agency(name="IANS", written="IANS"),
    Agency(name="Keystone-SDA", written="SDA|Keystone-SDA|ATS|sda"),
    Agency(name="TT", written="TT|TT Nyhetsbyrån"),
    Agency(name="NTB", written="NTB"),
    Agency(name="Ritzau", written="Ritzau"),
    Agency(name="STT", written="STT"),
    Agency(name="CTK", written="ČTK|CTK"),
    Agency(name="MTI", written="MTI"),
    Agency(name="Agência Brasil", written="Agência Brasil|Estadão Conteúdo"),
    Agency(name="Ukrinform", written="Ukrinform|Укрінформ"),
)  # fmt: skip
