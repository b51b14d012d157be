"""The corpus of tests/cases/checks: no ordinary post is blocked, and no planted fault is missed."""
import importlib.machinery
import importlib.util
import os

from common import BINARY, ROOT, Case


class Corpus(Case):
    def test_no_clean_post_is_blocked_and_no_fault_is_missed(self):
        path = os.path.join(ROOT, "bench", "checks")
        loader = importlib.machinery.SourceFileLoader("bench_checks", path)
        bench = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench_checks", loader))
        loader.exec_module(bench)
        clean, faults, _, blocked, missed, _ = bench.measure(BINARY)
        self.assertEqual((blocked, missed), ([], []))
        self.assertGreaterEqual(clean, 100)
        self.assertGreaterEqual(faults, 60)
