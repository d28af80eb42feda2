-- Words of scripts that put no space between words: any part of a text is found that somebody can have meant as a word.

-- Each letter with its marks becomes a word of its own, between characters that Unicode keeps for a program's own use:
-- they are no letters, so words end there, and no spaces either, so a query takes what it joins for a phrase. Thai, Lao,
-- Burmese, Khmer, kana, Han and Hangul, whose words have their endings attached.
create function separated(text) returns text
    language sql immutable strict parallel safe
    return case
        when octet_length($1) = char_length($1) then $1
        else regexp_replace(
            $1,
            '([\u0e01-\u0e46\u0e81-\u0ec6\u0edc-\u0edf\u1000-\u109f\u1780-\u17b3\u17d7\u17dc\u3005-\u3007\u3041-\u30ff'
            '\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]'
            '[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u105e-\u1060'
            '\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd]*)',
            E'\ufdd3\\1\ufdd3',
            'g'
        )
    end;

comment on function separated(text) is 'The text with U+FDD3 around each letter of a script that does not separate words';

-- As before, and separated. NFKC writes the vowel am of Thai and Lao as two characters, of which one is a mark; written
-- as one again, it is found in the text as it was typed.
create or replace function folded(text) returns text
    language sql immutable strict parallel safe
    return separated(replace(replace(
        translate(
            normalize($1, nfkc),
            E'<>\u064a\u0649\u0643\u0647\u0623\u0625'
            '\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669'
            '\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9'
            '\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u200c\u200d\u200e\u200f',
            E'  \u06cc\u06cc\u06a9\u06c1\u0627\u0627'
            '0123456789'
            '0123456789'
        ),
        E'\u0e4d\u0e32', E'\u0e33'), E'\u0ecd\u0eb2', E'\u0eb3'));

-- The words of all other texts stay as they were.
update conversation set title = title where separated(title) <> title;
update message set content = content where separated(content) <> content;
