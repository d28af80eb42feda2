# ruff: noqa: E501, RUF001 (what people say in eight languages)
from __future__ import annotations

import pytest

from shared.answering.conversation.small_talk import KINDS, heard
from shared.answering.words import languages, phrases

SAID = {
    "greeting": ["hi", "Hello!", "hiiii :)", "hey there", "Good morning", "Hallo zusammen", "¡Hola!", "Bonjour à tous",
                 "السلام علیکم", "مرحبا", "नमस्ते जी", "你好！", "hi, hello"],
    "wellbeing": ["How are you?", "hi, how are you doing today?", "Wie geht's?", "¿Cómo estás?", "Comment ça va ?",
                  "آپ کیسے ہیں؟", "كيف حالك؟", "आप कैसे हैं?", "你好吗？"],
    "thanks": ["thanks!", "thank you so much!!", "Thx :D", "ok thanks", "Vielen Dank für deine Hilfe!", "muchas gracias",
               "Merci beaucoup !", "بہت شکریہ", "شكرًا جزيلاً", "बहुत धन्यवाद", "谢谢你的帮助"],
    "farewell": ["bye", "See you later!", "Tschüss!", "adiós", "au revoir", "خدا حافظ", "مع السلامة", "अलविदा", "再见"],
    "acknowledgement": ["ok", "got it", "👍", ";-)", "Alles klar!", "vale", "d’accord", "ٹھیک ہے", "حسنًا", "ठीक है", "好的"],
    "help": ["help", "what can you do?", "hello there, what can you do?", "What can I ask you?", "Was kannst du alles?",
             "¿Qué puedes hacer?", "Hola, ¿en qué puedes ayudarme?", "Qu'est-ce que tu peux faire ?",
             "آپ کیا کر سکتے ہیں؟", "ماذا يمكنك أن تفعل؟", "आप क्या कर सकते हैं?", "你能做什么？", "你好，你能做什么？"],
    "identity": ["who are you?", "Are you a bot?", "what's your name", "Wer bist du?", "¿Quién eres?", "Qui êtes-vous ?",
                 "آپ کون ہیں؟", "من أنت؟", "आप कौन हैं?", "你是谁？"],
}  # fmt: skip

QUESTIONS = [
    "Hello world", "hello, world example", "What can you do with ROS 2?", "help()", "help me install Gazebo",
    "Can you help me with the calibration?", "thanks for the fish", "cool?", "nice", "Hi-res images?", "bye?", "ok()",
    "Who are you using as a base model?", "How are you supposed to mount the camera?", "what is the name of the robot",
    "what are the features", "how does it work?", "how do you calibrate the arm", "good practices", "greeting message",
    "thank-you page", "say hello from the robot", "hi.py", "`hello`", "hola-mundo --help", "Morning schedule of the lab",
    "welcome message", "help text of --policy", "Was kann ich mit Gazebo machen?", "¿Qué puedes hacer con ROS 2?",
    "Que peut-on faire avec URDF ?", "你能做什么样的机器人？", "如何打招呼", "ما هو الروبوت", "کیا آپ ROS 2 انسٹال کر سکتے ہیں",
    "what is 1 + 1", "imu?", "why?", "more", "example", "no module named rclpy", "yes to all prompts", "ok button",
    "great circle distance", "bot token", "the assistant role", "test", "?", "perfect hash function", "sure start",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "message"), [(kind, each) for kind, said in SAID.items() for each in said])
def test_small_talk_is_known_by_its_words(kind: str, message: str) -> None:
    said = heard(message)

    assert (said.kind, said.question) == (kind, "")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_not_taken_for_small_talk(question: str) -> None:
    said = heard(question)

    assert (said.kind, said.question) == (None, question)


@pytest.mark.parametrize(
    ("message", "question"),
    [
        ("hi, how do I install X?", "how do I install X?"),
        ("hi how do i stop it", "how do i stop it"),
        ("Hello! What is a digital twin?", "What is a digital twin?"),
        ("Hey\nhow do I calibrate", "how do I calibrate"),
        ("Good morning - which GPU do I need?", "which GPU do I need?"),
        ("thanks, and on Windows?", "and on Windows?"),
        ("great, and on Windows?", "and on Windows?"),
        ("Guten Tag, wie installiere ich ROS 2?", "wie installiere ich ROS 2?"),
        ("Hola, ¿cómo instalo ROS 2?", "¿cómo instalo ROS 2?"),
        ("你好，如何安装 ROS 2？", "如何安装 ROS 2？"),
        ("السلام علیکم، روبوٹ کیا ہے؟", "روبوٹ کیا ہے؟"),
    ],
)
def test_a_greeting_before_a_question_is_left_out(message: str, question: str) -> None:
    said = heard(message)

    assert (said.kind, said.question) == (None, question)


@pytest.mark.parametrize(
    ("message", "language"),
    [("Wer bist du?", "de"), ("¿Quién eres?", "es"), ("شكرًا", "ar"), ("شکریہ", "ur"), ("谢谢", "zh"), ("धन्यवाद", "hi")],
)
def test_small_talk_tells_its_language(message: str, language: str) -> None:
    assert heard(message).languages[0] == language


def test_a_long_message_is_no_small_talk_whatever_it_is_made_of() -> None:
    assert heard("hello " * 30).kind is None


def test_every_phrase_of_every_language_is_known_alone() -> None:
    missed = [
        (language, kind, phrase)
        for language in languages()
        for kind in KINDS
        for phrase in phrases(language, kind)
        if heard(phrase).kind is None
    ]

    assert missed == []
