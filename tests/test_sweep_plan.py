"""What a sweep's file may say, and the one sentence for what it may not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from actviz.sweep.outcome import Job, key_of
from actviz.sweep.plan import MOST_POINTS, Plan, read_plan

HEAD = 'measure = "mean_field"\n[[activation]]\nname = "tanh"\n'


def plan(folder: Path, text: str) -> Plan:
    path = folder / "s.toml"
    path.write_text(text, "utf-8")
    return read_plan(path)


def over(folder: Path, text: str) -> dict[str, tuple[object, ...]]:
    return dict(plan(folder, f"{HEAD}[over]\n{text}").axes)


def test_points_are_all_combinations_the_last_setting_fastest(tmp_path: Path) -> None:
    found = plan(
        tmp_path,
        """
measure = ["mean_field", "mean_field"]
[[activation]]
name = "elu"
alpha = [0.5, 2]
[[activation]]
name = "relu"
max_value = ["none", 6]
[[activation]]
formula = "x * tanh(a * x + b)"
a = { from = 1, to = 100, count = 3, scale = "log" }
[over]
sigma_b = [0, 0.5]
sigma_w = { from = 1, to = 2, count = 3 }
""",
    )
    assert found.measures == ("mean_field",)
    assert [(name, dict(values)) for name, values in found.subjects] == [
        ("elu", {"alpha": 0.5}),
        ("elu", {"alpha": 2.0}),
        ("relu", {"negative_slope": 0.0, "max_value": None, "threshold": 0.0}),
        ("relu", {"negative_slope": 0.0, "max_value": 6.0, "threshold": 0.0}),
        *(
            ("formula", {"formula": "x * tanh(a * x + b)", "a": a, "b": 1.0})
            for a in (1.0, pytest.approx(10.0, rel=1e-15), 100.0)
        ),
    ]
    assert found.size == 7 * 6
    points = list(found.points)
    assert [point.number for point in points] == list(range(42))
    assert [tuple(dict(point.settings).values()) for point in points[:7]] == [
        *((w, b) for w in (1.0, 1.5, 2.0) for b in (0.0, 0.5)),
        (1.0, 0.0),
    ]
    assert dict(points[6].values) == {"alpha": 2.0}


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    found = plan(tmp_path, HEAD.replace("mean_field", "network"))
    assert dict(found.axes)["initializer"] == ("gaussian",)
    assert dict(found.axes)["width"] == (256,)
    assert found.size == 1


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("sigma_w = 3", (3.0,)),
        ("sigma_w = [1, 1.0, 2]", (1.0, 2.0)),
        ("sigma_w = {from = 2, to = 1, count = 2}", (2.0, 1.0)),
        ("sigma_w = {from = 1, to = 4, count = 3, scale = 'log'}", (1.0, 2.0, 4.0)),
    ],
)
def test_values_may_be_one_a_list_or_a_span(
    tmp_path: Path, text: str, values: tuple[float, ...]
) -> None:
    assert over(tmp_path, text)["sigma_w"] == pytest.approx(values, rel=1e-15)


def test_whole_numbers_have_a_step(tmp_path: Path) -> None:
    text = HEAD.replace("mean_field", "network") + "[over]\n"
    found = plan(tmp_path, f"{text}seed = {{from = 0, to = 3}}\ndepth = {{from=5,to=20,step=7}}\n")
    axes = dict(found.axes)
    assert axes["seed"] == (0, 1, 2, 3)
    assert axes["depth"] == (5, 12, 19)


BAD = {
    "": "object missing required field measure",
    "measure = 1": "measure: expected str | array, got int",
    "measure = []\nactivation = []": "measure: '' is not allowed; it must be one or more of mean",
    "measure = 'speed'\nactivation = []": "measure: 'speed' is not allowed",
    "measure = 'moments'\nactivation = []": "activation: there is none",
    "measure = 'moments'\nactivation = [{}]": "activation[0]: it must have either a name or a form",
    "measure = 'moments'\nactivation = [1]": "activation[0]: expected object, got int",
    "measure = 'moments'\nactivation = [{name='softmax'}]": "activation[0]: softmax acts on vector",
    "measure = 'moments'\nactivation = [{name='nope'}]": "activation[0].name: 'nope' is not",
    "measure = 'moments'\nactivation = [{name=3}]": "activation[0].name: 3 is not allowed",
    "measure = 'moments'\nactivation = [{name='elu', beta=1}]": "there is no parameter 'beta'",
    "measure = 'moments'\nactivation = [{name='elu', alpha='1'}]": "[0].alpha: '1' is not",
    "measure = 'moments'\nactivation = [{name='elu', alpha=[]}]": "it must have 1 to 100,000 v",
    "measure = 'moments'\nactivation = [{name='elu', alpha=nan}]": "[0].alpha: nan is not",
    "measure = 'moments'\nactivation = [{formula='__import__(1)'}]": "formula",
    "measure = 'moments'\nactivation = [{formula='a*x', formula2='x'}]": "allowed: a",
    "measure = 'moments'\nactivation = [{formula=1}]": "activation[0].formula: 1 is not allowed",
    HEAD + "[over]\nspeed = 1": "over.speed: it is no setting; allowed: sigma_w, sigma_b",
    HEAD + "[over]\nwidth = 1": "over.width: no measure here depends on it; allowed: sigma_w",
    HEAD + "[over]\nsigma_w = -1": "over.sigma_w: -1 is not allowed; it must be",
    HEAD + "[over]\nsigma_w = inf": "over.sigma_w: inf is not allowed",
    HEAD + "[over]\nsigma_w = true": "over.sigma_w: True is not allowed",
    HEAD
    + "[over]\nsigma_w = 1979-05-27": "over.sigma_w: datetime.date(1979, 5, 27) is not allowed",
    HEAD + "[over]\nsigma_w = {from=1}": "over.sigma_w: object missing required field to",
    HEAD
    + "[over]\nsigma_w = {from=1,to=2}": "over.sigma_w: it must have a count from 1 to 100,000",
    HEAD + "[over]\nsigma_w = {from=1,to=2,count=0}": "it must have a count from 1 to 100,000",
    HEAD + "[over]\nsigma_w = {from=1,to=2,count=3,step=1}": "and no step",
    HEAD
    + "[over]\nsigma_w = {from=0,to=2,count=3,scale='log'}": "both ends must be greater than 0",
    HEAD + "[over]\nsigma_w = {from=1,to=nan,count=3}": "over.sigma_w.to: nan is not allowed",
    HEAD + "[over]\nsigma_w = {from=0,to=2,count=3,scale='cubic'}": "over.sigma_w: scale: invalid",
    HEAD + "other = 1": "activation[0]: there is no parameter 'other'; allowed: none",
    "other = 1\n" + HEAD: "object contains unknown field other",
    "a = [" * 5000: "",
    "a = 1\na = 2": "it must be TOML",
    "a = " + "9" * 5000: "",
}
BAD[HEAD + "[over]\nsigma_w = {from=1,to=2,count=100000}\nsigma_b = {from=1,to=2,count=11}"] = (
    f"there must be at most {MOST_POINTS:,} points in all"
)
NETWORK = HEAD.replace("mean_field", "network") + "[over]\n"
BAD |= {
    NETWORK + "width = 0": "over.width: 0 is not allowed; it must be a whole number from 1 to 2048",
    NETWORK + "width = 1000000000": "over.width: 1000000000 is not allowed",
    NETWORK + "depth = 2.0": "over.depth: 2.0 is not allowed",
    NETWORK + "seed = {from=0,to=5,count=2}": "whole numbers have a step, not a count or a scale",
    NETWORK + "seed = {from=0,to=5.5}": "both ends must be whole numbers",
    NETWORK + "seed = {from=0,to=1e300}": "over.seed.to: ",
    NETWORK + "seed = {from=3,to=0}": "it must have 1 to 100,000 values",
    NETWORK + "initializer = 'zeros'": "over.initializer: 'zeros' is not allowed",
    NETWORK + "initializer = {from=1,to=2}": "over.initializer: it must be gaussian",
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_not_allowed_gets_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        plan(tmp_path, text)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 's.toml'}: ")
    assert BAD[text] in said
    assert "\n" not in said


def test_files_that_are_no_text_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    for content, words in ((b"\xff\xfe", "UTF-8"), (b"#" * (1 << 21), "larger than the 1,048,576")):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=words):
            read_plan(path)
    with pytest.raises(ValueError, match="it cannot be read"):
        read_plan(tmp_path / "absent.toml")


def test_damaged_files_never_end_in_anything_but_a_sentence(tmp_path: Path) -> None:
    good = NETWORK + "seed = {from=0, to=5, step=2}\nsigma_w = [1.5, 2e0]\ninitializer = 'gaussian'"
    chosen = random.Random(5)
    letters = "{}[]=,'\"\n#.0123456789eEinfna-_ftrue "
    sizes, refusals = [], []
    for _ in range(400):
        text = list(good)
        for _ in range(chosen.randint(1, 2)):
            place = chosen.randrange(len(text))
            text[place : place + chosen.randint(0, 2)] = chosen.choice(letters)
        try:
            sizes.append(plan(tmp_path, "".join(text)).size)
        except ValueError as error:
            refusals.append(str(error))
    assert all(1 <= size <= MOST_POINTS for size in sizes)
    assert all(said.startswith(str(tmp_path)) and "\n" not in said for said in refusals)
    assert len(sizes) > 3
    assert len(refusals) > 100


def test_a_points_key_says_all_that_its_figures_depend_on(tmp_path: Path) -> None:
    first = plan(tmp_path, HEAD + "[over]\nsigma_w = [1, 2]")
    job = Job(first.measures, None, "code")
    one, other = (key_of(job, point) for point in first.points)
    assert one != other
    # its number in the sweep does not matter
    again = plan(tmp_path, HEAD + "[over]\nsigma_w = [3, 2]")
    assert key_of(job, again.point(1)) == other
    for changed in (
        Job(("moments",), None, "code"),
        Job(first.measures, "numpy", "code"),
        Job(first.measures, None, "other"),
    ):
        assert key_of(changed, first.point(0)) != one
