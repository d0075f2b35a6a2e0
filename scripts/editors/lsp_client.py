"""Drives `redraft lsp` with the client of pytest-lsp (pygls), with the capabilities that three editors announce.

    pip install pytest-lsp
    npm run build && python3 scripts/editors/lsp_client.py

The client checks that what the server sends is within the specification and within what the client announced.
"""

import ast
import asyncio
import pathlib
import tempfile
import warnings

from lsprotocol import types
from pytest_lsp import LspSpecificationWarning, client_capabilities, make_test_lsp_client

MAIN = pathlib.Path(__file__).parents[2] / "dist" / "cli" / "main.js"
TWICE = "if (a) {\n  go();\n}\nif (b) {\n  go();\n}\n"


class Editor:
    """Holds documents and applies the edits that it is sent."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.client = make_test_lsp_client()

        @self.client.feature(types.WORKSPACE_APPLY_EDIT)
        def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            self.change(params.edit)
            return types.ApplyWorkspaceEditResult(applied=True)

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str) -> None:
        uri = self.uri(name)
        self.texts[uri], self.versions[uri] = text, 1
        item = types.TextDocumentItem(uri, "typescript", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, edit: types.WorkspaceEdit) -> None:
        for change in edit.document_changes or []:
            uri = change.text_document.uri
            assert change.text_document.version == self.versions.get(uri)
            if uri in self.texts:
                self.write(uri, change.edits)
        for uri, edits in (edit.changes or {}).items():
            if uri in self.texts:
                self.write(uri, edits)

    def write(self, uri: str, edits: list[types.TextEdit]) -> None:
        for edit in sorted(edits, key=lambda one: one.range.start, reverse=True):
            text = self.texts[uri].encode("utf-16-le")
            start, end = (offset(text, at) for at in (edit.range.start, edit.range.end))
            new = text[:start] + edit.new_text.encode("utf-16-le") + text[end:]
            self.texts[uri] = new.decode("utf-16-le")
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        whole = types.TextDocumentContentChangeWholeDocument(self.texts[uri])
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))

    async def execute(self, command: str, **argument):
        params = types.ExecuteCommandParams(command, [argument])
        return await self.client.workspace_execute_command_async(params)


def offset(text: bytes, at: types.Position) -> int:
    lines = text.decode("utf-16-le").split("\n")
    return sum(len(line.encode("utf-16-le")) + 2 for line in lines[: at.line]) + 2 * at.character


async def session(name: str, folder: pathlib.Path) -> None:
    (folder / "a.ts").write_text("export function parse(text: string): string {\n  return text;\n}\n")
    editor = Editor(folder)
    client = editor.client
    await client.start_io("node", str(MAIN), "lsp")
    folders = [types.WorkspaceFolder(folder.as_uri(), "project")]
    announced = client_capabilities(name)
    await client.initialize_session(types.InitializeParams(announced, workspace_folders=folders))

    editor.open("b.ts", 'import { parse } from "./a.ts";\n\nparse("😀 x");\n' + TWICE)
    uri = editor.uri("b.ts")
    done = await editor.execute("redraft.applyEdit", uri=uri, edit='{"old_string":"x\\"","new_string":"y\\""}')
    assert done["status"] in ("applied", "not-sent"), done
    if done["status"] == "not-sent":
        editor.change(client.protocol._converter.structure(done["workspaceEdit"], types.WorkspaceEdit))
    assert 'parse("😀 y");' in editor.texts[uri], editor.texts[uri]

    refused = await editor.execute("redraft.applyEdit", uri=uri, edit='{"old_string":"absent","new_string":"y"}')
    assert refused["status"] == "refused" and refused["error"]["code"] == "no-match", refused

    asked = await editor.execute("redraft.applyEdit", uri=uri, edit='{"old_string":"  go();","new_string":"  stop();"}')
    assert asked["status"] == "ambiguous" and len(asked["candidates"]) == 2, asked
    document = types.TextDocumentIdentifier(uri)
    place = types.Range(types.Position(7, 0), types.Position(7, 0))
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(document, place, types.CodeActionContext([]))
    )
    assert len(actions) == 2, actions
    command, arguments = actions[1].command, actions[1].arguments
    if command.startswith("{"):
        # lsprotocol reads a code action that has a command as a command, and the inner one as text.
        inner = ast.literal_eval(command)
        command, arguments = inner["command"], inner["arguments"]
    taken = await editor.execute(command, **arguments[0])
    assert taken["status"] in ("applied", "not-sent"), taken

    renamed = await client.text_document_rename_async(
        types.RenameParams(document, types.Position(2, 1), "read")
    )
    editor.change(renamed)
    assert editor.texts[uri].count("read") == 2, editor.texts[uri]
    assert (folder / "a.ts").read_text().count("parse") == 1

    await client.shutdown_session()
    await client.stop()
    answers = ", ".join(one["status"] for one in (done, refused, asked, taken))
    print(f"{name}: {answers}, renamed")


async def main() -> None:
    warnings.simplefilter("error", LspSpecificationWarning)
    for name in ("visual_studio_code", "neovim", "emacs"):
        with tempfile.TemporaryDirectory() as folder:
            await session(name, pathlib.Path(folder).resolve())


asyncio.run(main())
