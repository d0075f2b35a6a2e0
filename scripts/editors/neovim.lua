-- Drives `redraft lsp` in Neovim (0.7 or later), by the editor's own functions, in a folder that it makes:
--
--     npm run build && nvim --headless -u NONE -c "luafile scripts/editors/neovim.lua"

local main = vim.fn.getcwd() .. "/dist/cli/main.js"
local folder = vim.fn.tempname()
vim.fn.mkdir(folder)
vim.cmd("cd " .. folder)
vim.fn.writefile({ "export function parse(text: string): string {", "  return text;", "}" }, "a.ts")
vim.fn.writefile({
  'import { parse } from "./a.ts";', "", 'parse("x");', "if (a) {", "  go();", "}", "if (b) {", "  go();", "}",
}, "b.ts")
vim.o.hidden = true

-- As docs/guide/editors.md has it.
vim.lsp.commands["redraft.applyClipboardEdit"] = function(command, context)
  local argument = command.arguments[1]
  argument.edit = vim.fn.getreg('"')
  local client = vim.lsp.get_client_by_id(context.client_id)
  local params = { command = "redraft.applyEdit", arguments = { argument } }
  client.request("workspace/executeCommand", params, function() end)
end

local failed = false
local function check(what, isTrue)
  io.stdout:write((isTrue and "ok  " or "NO  ") .. what .. "\n")
  failed = failed or not isTrue
end
local function line(number)
  return vim.api.nvim_buf_get_lines(0, number - 1, number, false)[1]
end
local function becomes(number, text)
  return vim.wait(20000, function() return line(number) == text end, 20)
end

vim.cmd("edit b.ts")
local buffer = vim.api.nvim_get_current_buf()
local id = vim.lsp.start_client({
  name = "redraft",
  cmd = { "node", main, "lsp" },
  root_dir = folder,
  init_options = { clipboardCommand = true },
})
vim.lsp.buf_attach_client(buffer, id)
local client = vim.lsp.get_client_by_id(id)
check("initialized", vim.wait(20000, function() return client.initialized end, 50))

local function apply(old, new)
  local argument = {
    uri = vim.uri_from_bufnr(buffer),
    edit = vim.fn.json_encode({ old_string = old, new_string = new }),
  }
  local params = { command = "redraft.applyEdit", arguments = { argument } }
  return vim.lsp.buf_request_sync(buffer, "workspace/executeCommand", params, 20000)[id].result
end

vim.api.nvim_buf_set_lines(buffer, 2, 3, false, { 'parse("😀 unsaved");' })
check("an edit of unsaved text", apply("unsaved", "applied").status == "applied")
check("the text after it", line(3) == 'parse("😀 applied");')
check("a refusal", apply("absent", "x").error.code == "no-match")

check("an ambiguous edit", apply("  go();", "  stop();").status == "ambiguous")
local function marks() return #vim.diagnostic.get(buffer) end
check("two marks", vim.wait(5000, function() return marks() == 2 end, 20))
vim.api.nvim_win_set_cursor(0, { 8, 3 })
vim.ui.select = function(items, _, choose) choose(items[2], 2) end
vim.lsp.buf.code_action()
check("its second quick fix", becomes(8, "  stop();") and line(5) == "  go();")
check("no marks", vim.wait(5000, function() return marks() == 0 end, 20))

vim.fn.setreg('"', '{"old_string":"stop","new_string":"halt"}')
vim.ui.select = function(items, _, choose) choose(items[1], 1) end
vim.lsp.buf.code_action()
check("the edit in the register", becomes(8, "  halt();"))

vim.api.nvim_win_set_cursor(0, { 3, 1 })
vim.lsp.buf.rename("read")
check("a rename", becomes(3, 'read("😀 applied");') and line(1) == 'import { read } from "./a.ts";')
local other = vim.api.nvim_buf_get_lines(vim.fn.bufnr("a.ts"), 0, 1, false)[1]
check("the other file, in a buffer", other == "export function read(text: string): string {")
check("no file was written", vim.fn.readfile("a.ts")[1]:find("parse") ~= nil)

client.stop()
check("stopped", vim.wait(10000, function() return client.is_stopped() end, 20))
vim.cmd(failed and "cquit 1" or "qa!")
