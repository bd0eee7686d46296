from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actviz import session as document
from actviz.activations import ROWS
from actviz.layers import Layer, LayerConfig
from actviz.lenses import LENSES, SETTINGS
from actviz.pins import MOST_PINS
from actviz.session import Pin, Session, View
from actviz.view import LARGEST_X, SMALLEST_SPAN


def test_a_new_session_edits_the_first_activation() -> None:
    new = Session()
    assert (new.activation, new.values) == ("elu", {"alpha": 1.0})
    assert new.settings == {name: param.default for name, param in SETTINGS.items()}
    assert new.settings["epsilon"] == 0.01
    assert document.checked(new) == new


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_activation_can_be_chosen_with_its_defaults(row) -> None:
    chosen = document.choose_activation(Session(), row.name)
    assert chosen.activation == row.name
    assert chosen.values == row.complete()


def test_another_activation_keeps_the_place_and_fits_the_heights_again() -> None:
    zoomed = document.set_view(Session(), View(low=1.0, high=2.0, f_low=0.0, f_high=5.0))
    chosen = document.choose_activation(zoomed, "gelu")
    assert chosen.view == View(low=1.0, high=2.0)


def test_choosing_the_same_activation_again_changes_nothing() -> None:
    bent = document.set_value(Session(), "alpha", 0.7)
    assert document.choose_activation(bent, "elu") is bent


def test_an_unknown_activation_is_refused_with_the_names() -> None:
    with pytest.raises(ValueError, match=r"'elo' .* elu, gelu"):
        document.choose_activation(Session(), "elo")


@pytest.mark.parametrize("value", [math.nan, math.inf, "0.7", None, True, 10**400])
def test_a_bad_value_is_refused_and_named(value: object) -> None:
    with pytest.raises(ValueError, match=r"elu\.alpha: .* a finite number"):
        document.set_value(Session(), "alpha", value)


def test_values_can_be_reset_one_by_one_and_together() -> None:
    bent = document.choose_activation(Session(), "hard_sigmoid")
    bent = document.set_value(document.set_value(bent, "alpha", 0.2), "beta", 0.4)
    assert document.reset_value(bent, "alpha").values == {"alpha": 1 / 6, "beta": 0.4}
    assert document.reset_values(bent).values == {"alpha": 1 / 6, "beta": 0.5}
    with pytest.raises(ValueError, match="'gamma' is not allowed; it must be alpha, beta"):
        document.reset_value(bent, "gamma")


def test_changes_leave_the_session_they_were_given_as_it_was() -> None:
    before = Session()
    text = repr(before)
    document.pin(document.set_value(document.set_field(before, "filters", 5), "alpha", 3.0))
    assert repr(before) == text


@pytest.mark.parametrize("layer", [layer.value for layer in Layer])
def test_every_layer_can_be_chosen_and_keeps_the_activation(layer: str) -> None:
    bent = document.set_value(Session(), "alpha", 0.7)
    chosen = document.choose_layer(bent, layer)
    assert chosen.config.layer == layer
    assert (chosen.activation, chosen.values) == ("elu", {"alpha": 0.7})


def test_a_slot_that_the_new_layer_lacks_is_left() -> None:
    recurrent = document.choose_slot(
        document.choose_layer(Session(), "LSTM"), "recurrent_activation"
    )
    assert recurrent.activation == "sigmoid"
    assert document.choose_layer(recurrent, "GRU").slot == "recurrent_activation"
    assert document.choose_layer(recurrent, "Dense").slot == "activation"
    assert document.open_layer(recurrent, LayerConfig("Dense")).slot == "activation"
    with pytest.raises(ValueError, match="slot of Dense: 'recurrent_activation'"):
        document.choose_slot(document.choose_layer(Session(), "Dense"), "recurrent_activation")


def test_the_edited_slot_alone_is_changed() -> None:
    lstm = document.choose_slot(document.choose_layer(Session(), "LSTM"), "recurrent_activation")
    changed = document.choose_activation(lstm, "hard_sigmoid")
    assert changed.config.activations["activation"] == lstm.config.activations["activation"]
    assert changed.config.activations["recurrent_activation"][0] == "hard_sigmoid"


def test_fields_are_set_refused_and_reset() -> None:
    changed = document.set_field(Session(), "filters", 7)
    assert changed.config.fields["filters"] == 7
    assert document.reset_field(changed, "filters") == Session()
    assert document.reset_fields(document.set_field(changed, "padding", "same")) == Session()
    with pytest.raises(ValueError, match="filters"):
        document.set_field(Session(), "filters", 0)
    with pytest.raises(ValueError, match="'units'"):
        document.reset_field(Session(), "units")


@pytest.mark.parametrize(
    "view",
    [
        View(low=math.nan),
        View(high=math.inf),
        View(low=2.0, high=1.0),
        View(low=1.0, high=1.0),
        View(f_low=0.0),
        View(df_low=1.0, df_high=-1.0),
        View(low="0"),  # type: ignore[arg-type]
    ],
)
def test_a_view_that_is_no_range_is_refused(view: View) -> None:
    with pytest.raises(ValueError, match="view "):
        document.set_view(Session(), view)


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite, finite)
def test_any_zoom_ends_in_a_range_that_can_be_drawn(a: float, b: float) -> None:
    if a == b:
        return
    view = document.set_view(Session(), View(low=min(a, b), high=max(a, b))).view
    assert -LARGEST_X <= view.low < view.high <= LARGEST_X
    span = view.high - view.low
    assert span >= SMALLEST_SPAN / 2
    assert span >= 2.0**-39 * max(abs(view.low), abs(view.high))
    again = document.set_view(Session(), view).view
    assert again == view


def test_the_smallest_span_grows_with_the_place() -> None:
    for x in (1e6, -1e6, 1e-40):
        view = document.set_view(Session(), View(low=x, high=math.nextafter(x, math.inf))).view
        smallest = max(2.0**-38 * abs(x), SMALLEST_SPAN)
        assert view.high - view.low == pytest.approx(smallest, rel=1e-3, abs=0.0)
        assert (view.low + view.high) / 2 == pytest.approx(x, rel=1e-12, abs=1e-31)


def test_an_ordinary_view_is_kept_exactly() -> None:
    view = View(low=-0.1, high=0.3, f_low=-1.0, f_high=0.7, df_low=0.0, df_high=0.1)
    assert document.set_view(Session(), view).view == view


def test_settings_are_checked_and_shared_by_name() -> None:
    changed = document.set_lens_value(Session(), "epsilon", 0.2)
    assert changed.settings["epsilon"] == 0.2
    for bad in (0.0, -1.0, 1.5, math.nan):
        with pytest.raises(ValueError, match="epsilon"):
            document.set_lens_value(Session(), "epsilon", bad)
    with pytest.raises(ValueError, match="lens setting: 'colour'"):
        document.set_lens_value(Session(), "colour", 1)
    with pytest.raises(ValueError, match="lens: 'kaleidoscope'"):
        document.set_lens(Session(), "kaleidoscope")
    for lens in LENSES:
        assert document.set_lens(changed, lens.name).lens == lens.name
        assert all(SETTINGS[param.name] is param for param in lens.params)


def test_dtype_and_dialect_are_checked() -> None:
    assert document.set_dtype(Session(), "float64").dtype == "float64"
    with pytest.raises(ValueError, match="dtype: 'int8'"):
        document.set_dtype(Session(), "int8")
    assert document.set_dialect(Session(), "keras").dialect == "keras"
    with pytest.raises(ValueError, match="dialect: 'caffe'"):
        document.set_dialect(Session(), "caffe")


def test_a_pin_is_a_frozen_copy_with_a_name() -> None:
    bent = document.pin(document.set_value(Session(), "alpha", 0.7))
    assert bent.pins == (
        Pin(label="ELU α = 0.7", activation="elu", values={"alpha": 0.7}, style=0),
    )
    moved = document.choose_activation(document.set_value(bent, "alpha", 2.0), "gelu")
    assert moved.pins == bent.pins
    assert document.pin(moved).pins[1].label == "GELU approximate = none"
    assert document.pin(moved, "mine").pins[1].label == "mine"


def test_styles_stay_with_their_pins_and_are_used_again() -> None:
    session = Session()
    for alpha in (1.0, 2.0, 3.0):
        session = document.pin(document.set_value(session, "alpha", alpha))
    session = document.unpin(session, 1)
    assert [pin.style for pin in session.pins] == [0, 2]
    session = document.pin(document.set_value(session, "alpha", 4.0))
    assert [pin.style for pin in session.pins] == [0, 2, 1]


def test_pins_are_renamed_hidden_and_cleared() -> None:
    pinned = document.pin(Session())
    assert document.rename_pin(pinned, 0, "the first").pins[0].label == "the first"
    assert not document.show_pin(pinned, 0, False).pins[0].visible
    assert document.clear_pins(pinned) == Session()
    with pytest.raises(ValueError, match=r"pin\.label"):
        document.rename_pin(pinned, 0, "")
    for index in (-1, 1):
        with pytest.raises(ValueError, match="pins index"):
            document.unpin(pinned, index)
    with pytest.raises(ValueError, match="none is pinned"):
        document.show_pin(Session(), 0, True)


def test_too_many_pins_and_the_same_twice_are_refused() -> None:
    session = document.pin(Session())
    with pytest.raises(ValueError, match="pinned already, as “ELU α = 1”"):
        document.pin(session)
    for count in range(1, MOST_PINS):
        session = document.pin(document.set_value(session, "alpha", 1.0 + count))
    with pytest.raises(ValueError, match="8 curves are pinned"):
        document.pin(document.set_value(session, "alpha", 100.0))


def test_the_longest_label_is_cut() -> None:
    softmax = document.choose_activation(Session(), "softmax")
    long = document.pin(document.set_value(softmax, "logits", [1 / 3] * 64)).pins[0].label
    assert len(long) == 80
    assert long.endswith("…")


PINNED = Pin(label="a", activation="elu", values={"alpha": 1}, style=0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slot": "recurrent_activation"}, "slot of Conv2D"),
        ({"lens": "x"}, "lens"),
        ({"lens_values": {"epsilon": 7}}, "epsilon"),
        ({"lens_values": {"unheard": 7}}, "unheard"),
        ({"dtype": "x"}, "dtype"),
        ({"dialect": "x"}, "dialect"),
        ({"seed": -1}, "seed"),
        ({"lesson": ""}, "lesson"),
        ({"step": 1.5}, "step"),
        ({"view": View(low=3.0, high=3.0)}, "view x"),
        ({"pins": (PINNED, PINNED)}, r"pins\[1\]\.style"),
        ({"pins": (msgspec.structs.replace(PINNED, style=8),)}, r"pins\[0\]\.style"),
        ({"pins": (msgspec.structs.replace(PINNED, label=""),)}, r"pins\[0\]\.label"),
        ({"pins": (msgspec.structs.replace(PINNED, values={"beta": 1}),)}, "beta"),
        ({"pins": (msgspec.structs.replace(PINNED, activation="x"),)}, "activation"),
        ({"pins": (PINNED,) * 9}, "at most 8"),
    ],
)
def test_a_session_from_outside_is_checked(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        document.checked(msgspec.structs.replace(Session(), **changes))


def test_a_pin_from_outside_is_completed() -> None:
    pinned = msgspec.structs.replace(PINNED, activation="hard_sigmoid", values={"alpha": 1})
    whole = document.checked(msgspec.structs.replace(Session(), pins=(pinned,)))
    assert whole.pins[0].values == {"alpha": 1.0, "beta": 0.5}
