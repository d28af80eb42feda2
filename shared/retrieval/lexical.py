"""Words of every script, the ones that carry no meaning, and words without their endings."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

STOP_WORDS: Final = frozenset(
    """
    a about all also am an and any are as at be because been but by can could did do does doing for from get had has
    have having how i if in into is it its just like me more most my no not of on one or our out over should so some
    such than that the their them then there these they this those to up us use was we were what when where which while
    who whom whose why will with would you your much many long need needs needed take takes took taken tell give gives
    explain please show want wants using used uses let lets im ive id dont doesnt cant isnt whats hows wont
    """.split()  # noqa: SIM905 (a paragraph is easier to read than a hundred quoted words)
)
"""Words that carry no meaning, and those that only say that something is asked for."""

COMMON_WORDS: Final = frozenset(
    """
    able above abruptly access according account achieve across actually add adding advice affect afford after again
    against ago allow allowed almost alone along already although altogether always amid among amongst amount another
    answer anyhow anyone anything anyway anywhere apart appear apply approach appropriate approximately around arrive
    arrives aside ask attribute available avoid away back bad based basic basically become before begin behind belong
    below beneath beside besides best better between beyond big bit both bring broken build bunch busy buy call called
    came care case cause ceiling certain chance change characteristic check choose circa clear close come common compare
    compared complete concept concerned concerning consider considering contain containing contains continue correct
    cost couple course create critical crucial current currently cut cuts day deal decide default define definition
    delay denied deny depend depth descended describe despite detail details determine die differ difference differences
    different directly disadvantage discover document down drop duration during each easier easiest easy effect either
    else elsewhere encounter encountered end enough ensure entire entities entity especially etc even ever every
    everyone everything everywhere evidence exact exactly example examples except excluding exist exists expect
    explanation expression extra fact fail fails far fast faster fastest favorite feature few figure final find fine
    first fix follow following forever forget format found fraction free freeze full further general generally gets
    getting goes going gonna good got gotta great guide handle hang hangs happen happening happens hard he height hello
    help hence her here hers herself hey hi high him himself his holding holds hope however idea ideal illustrate
    important impossible improve include included including increase information inside instead institution instruct
    instructions integral interested involve issue issues itself job keep keeps kid kids kind kinda kinds know known
    large last late later latest least leave left length lengths less lest level limit limitations little lone longest
    look looking lot low made main mainly make makes making manage manner matter may maybe mean meaning means meant
    meanwhile method metric might minimum mistake moment moreover mostly move must myself name named near necessary
    neither never nevertheless new next nice nobody none nonetheless nor normal normally nothing now nowhere number
    obtain occur off offer often okay old once only onto open option order original originally other others otherwise
    ought ours ourselves outside overall own part particular partner past people per percent percentage perform perhaps
    person pick picture piece pieces place plenty pls popularity portion possible possibly prefer prepare prerequisite
    prerequisites prevent previous price prices probably problem problems produce proper properly provide purchase
    purpose put question quick quickly quite rather reach read ready real really reason recommend recommendation
    recommended reduce refer regarding regardless related relevant rely remember require required requirement
    requirements requires reside residing respective respectively respond rest result right role roll roughly run safe
    said same say says second see seem seems select send set several shall share she short showing shows similar simple
    simply since sing situation size small solution solve somebody somehow someone something sometimes somewhat
    somewhere soon sort specific specify start started step steps still stop store stuck student students stuff suggest
    suggestion suitable summarise summarize summary support supported supports suppose sure surrender suspect switch
    system task teach tell temporary term terms thanks thats theirs themselves therefore thing things think though
    through throughout throw throws thus thx till time times together told too total toward towards tried true try
    trying turn two type types typical typically under underneath understand undo unit unless unlike until update upon
    usage user users usual usually value various vary version versus very via view vs wait wanna way ways week weeks
    went whatever whenever whereas whereby wheres wherever whether whichever whilst whoever whole width wish within
    without wonder word work working works worth write wrong yes yet yours yourself
    """.split()  # noqa: SIM905 (as above)
)
"""Everyday words: a book that lacks one of them does not lack the subject of the question."""

ASCII_WORD: Final = re.compile(r"[a-z0-9]+")
COMPOUND: Final = re.compile(r"(?<![\w-])[a-z]+(?:-[a-z]+)+(?![\w-])", re.IGNORECASE)
"""Words with hyphens between them, which others write as one: Wi-Fi, e-mail, time-out."""
UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+")
"""Thai, Lao, Japanese and Chinese, which put no spaces between words."""

ENDING: Final = re.compile(r"(?<=\w{3})(?:(?:at)?(?:ions?|e[sd]?|ing)|ments?|ings?|ie[sd]|e[drs]|ers|ly|(?<!s)s|[ey])$")
"""calibrate, calibrated, calibrating and calibration all become `calibr`."""

DOUBLED: Final = re.compile(r"(?<=\w{2})(?:([b-df-hjkmnp-rtvwx])\1|(?<=[aeiou])(?<!^\w{2})ll)$")
"""What an ending has doubled: stopp(ing), plann(ed), controll(ed); but call, pass and buzz have two by themselves."""

TWICE: Final = ("ed", "er")
"""What one ending may leave of two, and of a word that ends so by itself: render(ing), filter(ed), embed(s)."""

MOST_ENDINGS: Final = 3
STEMS: Final = 2
"""Which way of leaving endings out this is: the words of a book that was counted by another one are counted anew."""

LATIN_ENDS: Final = 0x24F
LATIN_ADDITIONAL: Final = range(0x1E00, 0x1F00)


ALPHABETS_END: Final = 0x3000
"""Nearly everything above is Chinese, Japanese or Korean: too many characters to remember each."""


class _Spaced(dict[int, int]):
    """Letters, digits and marks as they are, everything else a space; those of alphabets are looked up once.

    What regular expressions call a word would leave out the vowel signs of Indic scripts, and cut every word to pieces.
    """

    def __missing__(self, code: int) -> int:
        spaced = code if unicodedata.category(chr(code))[0] in "LNM" else ord(" ")
        if code < ALPHABETS_END:
            self[code] = spaced
        return spaced


SPACED: Final = _Spaced()


def words(text: str) -> list[str]:
    """Every word of the text, folded to lower case; unspaced scripts give overlapping pairs of characters."""
    folded = text.casefold()
    if folded.isascii():
        return ASCII_WORD.findall(folded)
    spaced = folded.translate(SPACED).split()
    return [piece for word in spaced for piece in _pieces(word)] if UNSPACED.search(folded) else spaced


def as_one(compound: str) -> str:
    """The stem of a compound that is written without its hyphens."""
    return stem(compound.replace("-", "").casefold())


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A word without its endings; a book's words come again and again, and are known then."""
    for _ in range(MOST_ENDINGS):
        base = ENDING.sub("", word)
        single = base[:-1] if DOUBLED.search(base) else base
        if single == word or (single == base and not base.endswith(TWICE)):
            return base
        word = single
    return word


def terms(text: str) -> list[str]:
    """The words that carry meaning, without their endings."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


def mostly_latin(text: str) -> bool:
    """Whether at least half of the letters are Latin; so is a text without letters."""
    letters = [each for each in text if each.isalpha()]
    latin = sum(ord(each) <= LATIN_ENDS or ord(each) in LATIN_ADDITIONAL for each in letters)
    return 2 * latin >= len(letters)


def _pieces(word: str) -> list[str]:
    if UNSPACED.fullmatch(word) is None or len(word) == 1:
        return [word]
    return [word[at : at + 2] for at in range(len(word) - 1)]
