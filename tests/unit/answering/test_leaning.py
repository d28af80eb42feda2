from __future__ import annotations

import pytest

from shared.answering.conversation.follow_up import refers_back, understood
from shared.answering.conversation.leaning import leaning
from shared.answering.models import Said

LISTED = "[1]\n\n- **Revolute**: dreht [1]\n- **Prismatic**: gleitet [1]\n- **Continuous**: dreht ohne Ende [1]"


def after(question: str, answer: str = "Antwort. [1]") -> list[Said]:
    return [Said("user", question), Said("assistant", answer)]


@pytest.mark.parametrize(
    "message",
    [
        "warum?",
        "Preis?",
        "Was kostet das?",
        "gib mir ein Beispiel",
        "und die Kamera?",
        "erkläre den dritten Punkt",
        "der zweite?",
        "Wie installiere ich es?",
        "¿por qué?",
        "¿precio?",
        "dame un ejemplo",
        "¿y la cámara?",
        "explica la tercera opción",
        "¿cuánto cuesta eso?",
        "pourquoi ?",
        "prix ?",
        "donne-moi un exemple",
        "et la caméra ?",
        "explique le troisième point",
        "لماذا؟",
        "السعر؟",
        "أعطني مثالا",
        "والكاميرا؟",
        "اشرح النقطة الثالثة",
        "کیوں؟",
        "قیمت؟",
        "ایک مثال دیں",
        "اور کیمرہ؟",
        "تیسرا نکتہ سمجھائیں",
        "क्यों?",
        "कीमत?",
        "एक उदाहरण दें",
        "और कैमरा?",
        "तीसरा बिंदु समझाइए",
        "为什么?",
        "价格?",
        "举个例子",
        "那相机呢?",
        "解释第三点",
    ],
)
def test_a_message_of_each_language_leans_on_what_was_said(message: str) -> None:
    assert leaning(message) is not None
    assert refers_back(message)


@pytest.mark.parametrize(
    "message",
    [
        "Wie installiere ich das Paket auf Windows?",
        "Der erste Start schlägt fehl",
        "Welche Kamera unterstützt Tiefenbilder?",
        "¿Cómo instalo el paquete en Windows?",
        "¿Qué cámara mide la profundidad?",
        "Comment installer le paquet sous Windows ?",
        "Quelle caméra mesure la profondeur ?",
        "كيف أثبت الحزمة على ويندوز؟",
        "ونڈوز پر پیکج کیسے انسٹال کریں؟",
        "विंडोज़ पर पैकेज कैसे स्थापित करें?",
        "如何在视窗系统上安装软件包?",
        "How do I calibrate the arm?",
        "URDF joint types of humanoids",
        "",
        "?",
    ],
)
def test_a_question_of_its_own_does_not(message: str) -> None:
    assert leaning(message) is None


@pytest.mark.parametrize(
    ("message", "about"),
    [
        ("und die Kamera?", "Kamera"),
        ("¿y la cámara?", "cámara"),
        ("et la caméra ?", "caméra"),
        ("اور کیمرہ؟", "کیمرہ"),
        ("और कैमरा?", "कैमरा"),
        ("那相机呢?", "相机"),
    ],
)
def test_what_else_is_named_takes_part_in_the_question_before(message: str, about: str) -> None:
    follow_up = understood(message, after("Was kostet der Motor?"))
    assert follow_up is not None
    assert (follow_up.focus, follow_up.question) == (about, f"Was kostet der Motor {about}")


@pytest.mark.parametrize(("message", "asked"), [("Preis?", "Preis"), ("gib mir ein Beispiel", "Beispiel")])
def test_what_is_asked_is_asked_about_the_subject_before(message: str, asked: str) -> None:
    follow_up = understood(message, after("Was ist der Greifer?"))
    assert follow_up is not None
    assert follow_up.focus == asked
    assert "Greifer" in follow_up.question.title()


@pytest.mark.parametrize(
    ("message", "label"),
    [
        ("erkläre den dritten Punkt", "Continuous"),
        ("¿y la segunda opción?", "Prismatic"),
        ("le dernier", "Continuous"),
        ("اشرح النقطة الأولى", "Revolute"),
        ("دوسرا نکتہ سمجھائیں", "Prismatic"),
        ("तीसरा बिंदु समझाइए", "Continuous"),
        ("解释第二点", "Prismatic"),
    ],
)
def test_an_item_is_meant_by_its_place(message: str, label: str) -> None:
    follow_up = understood(message, after("Welche Gelenke gibt es?", LISTED))
    assert follow_up is not None
    assert (follow_up.focus, bool(follow_up.quoted)) == (label, True)


def test_a_place_that_no_list_has_points_at_nothing() -> None:
    follow_up = understood("der neunte Punkt", after("Welche Gelenke gibt es?", LISTED))
    assert follow_up is not None
    assert follow_up.quoted == ""
