"""Prompts: files, blanks and what is refused."""

import pytest

from coach import prompts, settings
from coach.errors import PromptError

FRONT = "---\nname: prova\npurpose: Serve alla prova.\n{more}---\n"
BODY = """## system
Scrivi una frase. Costa 5 $$.

## user
Nota: il libro

## assistant
Grazie del libro!

## user
Nota: $nota
### Registro
${registro}
"""


@pytest.fixture
def write(tmp_path):
    def _write(text, name="prova"):
        (tmp_path / f"{name}.md").write_bytes(text.encode())
        return tmp_path

    return _write


def read(write, body=BODY, more=""):
    return prompts.load("prova", write(FRONT.format(more=more) + body))


def test_a_prompt_is_rendered(write):
    prompt = read(write, more='max_tokens: 40\ntemperature: 0.5\nstop: ["\\n"]\n')
    messages = prompt.render(nota="un caffè", registro="tu")
    assert [each.role for each in messages] == ["system", "user", "assistant", "user"]
    assert messages[0].content == "Scrivi una frase. Costa 5 $."
    assert messages[-1].content == "Nota: un caffè\n### Registro\ntu"
    assert (prompt.max_tokens, prompt.temperature, prompt.stop) == (40, 0.5, ("\n",))
    assert prompt.variables == {"nota", "registro"}


def test_the_prefix_has_no_blanks_and_begins_every_rendering(write):
    prompt = read(write)
    prefix = prompt.prefix()
    assert len(prefix) == 3
    assert prompt.render(nota="a", registro="b")[:3] == prefix


def test_values_are_put_in_as_they_are(write):
    value = "costa $5, ${registro} $$ {x} \\1 ## system"
    message = read(write).render(nota=value, registro="Lei")[-1]
    assert message.content == f"Nota: {value}\n### Registro\nLei"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"nota": "a"}, "mancano.*registro"),
        ({"nota": "a", "registro": "b", "canale": "c"}, "non ci sono.*canale"),
    ],
)
def test_variables_must_agree(write, given, words):
    with pytest.raises(PromptError, match=words):
        read(write).render(**given)


def test_the_version_follows_the_content(write):
    first = read(write).version
    assert read(write).version == first
    assert read(write, BODY + "Altro.\n").version != first
    assert len(first) == 12


def test_windows_line_ends_and_a_mark_at_the_start(tmp_path):
    text = "\ufeff" + (FRONT.format(more="") + BODY).replace("\n", "\r\n")
    (tmp_path / "prova.md").write_bytes(text.encode())
    assert len(prompts.load("prova", tmp_path).messages) == 4


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("## sistem\nciao\n", "riga 5: sezione sconosciuta 'sistem'"),
        ("Testo.\n## user\nciao\n", "riga 5"),
        ("\n", "non ci sono sezioni"),
        ("## system\n\n## user\nciao\n", "riga 5: la sezione system è vuota"),
        ("## user\nciao\n## system\nciao\n", "riga 7"),
        ("## user\ncosta 5 $ l'uno\n", "isolato"),
    ],
)
def test_a_malformed_body_is_told_by_line(write, body, words):
    with pytest.raises(PromptError, match=words):
        read(write, body)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("## user\nciao\n", "intestazione"),
        ("---\nname: altro\npurpose: x\n---\n## user\nciao\n", "si chiama 'altro'"),
        ("---\nname: prova\n---\n## user\nciao\n", "purpose"),
        ("---\nname: prova\npurpose: x\nmodel: y\n---\n## user\nciao\n", "model"),
        ("---\nname: prova\npurpose: x\ntemperature: 9\n---\n## user\nciao\n", "temperature"),
        ("---\nname: [\n---\n## user\nciao\n", "YAML"),
        ("---\n\n---\n## user\nciao\n", "intestazione"),
    ],
)
def test_a_malformed_front_is_told(write, text, words):
    with pytest.raises(PromptError, match=words):
        prompts.load("prova", write(text))


@pytest.mark.parametrize("name", ["manca", "../prova", "/etc/passwd", "Prova", ""])
def test_a_prompt_that_is_not_there(write, name):
    with pytest.raises(PromptError, match="Non c'è"):
        prompts.load(name, write(FRONT.format(more="") + BODY))


def test_a_binary_file_is_refused(tmp_path):
    (tmp_path / "prova.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PromptError, match="leggere"):
        prompts.load("prova", tmp_path)


def test_every_prompt_of_the_product_loads(tmp_path):
    folder = settings.load({"COACH_HOME": str(tmp_path)}).prompts
    for path in folder.glob("*.md"):
        assert prompts.load(path.stem, folder).purpose
