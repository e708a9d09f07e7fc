"""Our own codes: readable, unguessable, and a slip of the finger is noticed."""

from hypothesis import given
from hypothesis import strategies as st

from benefits import codes


def test_codes_look_like_codes_and_are_not_alike():
    made = {codes.new_code() for _ in range(2000)}

    assert len(made) == 2000
    assert all(codes.normalised(code) == code for code in made)
    assert not set("".join(made)) & set("01OI")


def test_however_it_is_typed():
    code = codes.new_code()

    for typed in (code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
        assert codes.normalised(typed) == code


@given(place=st.integers(0, 15), other=st.sampled_from(codes.ALPHABET))
def test_one_wrong_character_is_noticed(place, other):
    code = codes.new_code().replace("-", "")
    wrong = code[:place] + other + code[place + 1 :]

    assert codes.normalised(wrong) == (None if wrong != code else codes.normalised(code))


def test_most_swapped_neighbours_are_noticed():
    missed = 0
    for _ in range(500):
        code = codes.new_code().replace("-", "")
        for place in range(15):
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            missed += swapped != code and codes.normalised(swapped) is not None

    assert missed < 500 * 15 / 100


@given(st.text(max_size=40))
def test_anything_else_is_no_code(text):
    assert codes.normalised(text) in (None, codes.normalised(text.upper()))
