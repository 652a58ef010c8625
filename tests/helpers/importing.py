"""An import that another thread is in the middle of."""

from __future__ import annotations

import importlib
import sys
import threading


def found_during_import(monkeypatch, folder, name, line, look):
    """What the calling thread finds while another one imports a new module, which has this line only at its end."""
    (folder / f"{name}.py").write_text(f"import builtins\nbuiltins.import_begins()\n{line}\n")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, name, raising=False)
    begun, asks, found = threading.Event(), threading.get_ident(), []

    def import_begins():
        begun.set()
        while not (found or "importlib" in sys._current_frames()[asks].f_code.co_filename):
            pass

    monkeypatch.setattr("builtins.import_begins", import_begins, raising=False)
    thread = threading.Thread(target=importlib.import_module, args=[name])
    thread.start()
    begun.wait()
    try:
        found.append(look())
    finally:
        found.append(None)
        thread.join()
        del sys.modules[name]
    return found[0]
