;;; Drives `redraft lsp' in Emacs by eglot (1.9 or later), in a folder that it makes:  -*- lexical-binding: t -*-
;;
;;     npm run build && emacs -Q --batch -l scripts/editors/emacs.el

(require 'eglot)
(setq eglot-confirm-server-initiated-edits nil
      eglot-sync-connect 30)
(defvar main (expand-file-name "dist/cli/main.js"))
(add-to-list 'eglot-server-programs `(js-mode . ("node" ,main "lsp")))

;; As docs/guide/editors.md has it.
(defun redraft-apply-clipboard ()
  (interactive)
  (eglot--signal-textDocument/didChange)
  (jsonrpc-request
   (eglot-current-server) :workspace/executeCommand
   (list :command "redraft.applyEdit"
         :arguments (vector (append (eglot--TextDocumentIdentifier)
                                    (list :edit (current-kill 0)))))))

(defun check (what is-true)
  (message "%s  %s" (if is-true "ok" "NO") what)
  (unless is-true (kill-emacs 1)))
(defun line (number)
  (save-excursion
    (goto-char (point-min))
    (forward-line (1- number))
    (buffer-substring-no-properties (line-beginning-position) (line-end-position))))
(defun apply-edit (old new)
  (kill-new (json-encode `((old_string . ,old) (new_string . ,new))))
  (plist-get (redraft-apply-clipboard) :status))

(defvar folder (file-name-as-directory (make-temp-file "redraft" t)))
(let ((default-directory folder)) (call-process "git" nil nil nil "init" "-q"))
(write-region "export function parse(text) {\n  return text;\n}\n" nil (concat folder "a.js"))
(write-region "import { parse } from \"./a.js\";\n\nparse(\"x\");\nif (a) {\n  go();\n}\nif (b) {\n  go();\n}\n"
              nil (concat folder "b.js"))
(find-file (concat folder "b.js"))
(js-mode)
(call-interactively #'eglot)
(check "connected" (eglot-current-server))

(goto-char (point-min))
(search-forward "\"x\"")
(replace-match "\"😀 x\"")
(check "an edit of unsaved text" (equal (apply-edit "😀 x" "😀 y") "applied"))
(check "the text after it" (equal (line 3) "parse(\"😀 y\");"))
(check "a refusal" (equal (apply-edit "absent" "x") "refused"))
(check "an ambiguous edit" (equal (apply-edit "  go();" "  stop();") "ambiguous"))
(goto-char (point-min))
(forward-line 7)
(let ((action (elt (eglot-code-actions (point) (point)) 1)))
  (eglot-execute-command (eglot-current-server) 'redraft.takeCandidate
                         (plist-get (plist-get action :command) :arguments)))
(check "its second quick fix" (equal (list (line 5) (line 8)) '("  go();" "  stop();")))

(eglot--signal-textDocument/didChange)
(goto-char (point-min))
(forward-line 2)
(cl-letf (((symbol-function 'y-or-n-p) (lambda (&rest _) t))) (eglot-rename "read"))
(check "a rename" (equal (line 3) "read(\"😀 y\");"))
(with-current-buffer (find-file-noselect (concat folder "a.js"))
  (check "the other file" (equal (line 1) "export function read(text) {")))
(eglot-shutdown (eglot-current-server))
