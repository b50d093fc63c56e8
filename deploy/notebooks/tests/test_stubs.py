from pathlib import Path

import knnlm
from hatch_build import generate
from services import ROOT


def test_installed_stubs_are_those_of_the_contracts(tmp_path: Path) -> None:
    generate(ROOT / "proto/src/main/proto", tmp_path)
    made, installed = tmp_path / "knnlm", Path(str(knnlm.__file__)).parent
    files = sorted(it.relative_to(made) for it in made.rglob("*") if it.is_file())
    assert Path("lm/v1/lm_pb2.py") in files
    for file in files:
        assert (installed / file).read_bytes() == (made / file).read_bytes(), f"{file}: install the package again"
