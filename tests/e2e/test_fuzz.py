"""The running API under Schemathesis, by its own OpenAPI document: no failure of ours, nothing undocumented."""

import subprocess
import sys
from pathlib import Path

from tests.e2e.running import Running

# `positive_data_acceptance` is left out: what refers to other records is refused though its form is right. So is
# `unsupported_method`: PATCH of …/check-slug is also PATCH of a page with an id that is none, which is 400.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,missing_required_header,"
    "use_after_free,ensure_resource_availability,ignored_auth"
)


def test_nothing_that_its_document_allows_or_forbids_breaks_it(tmp_path, pytestconfig):
    examples = pytestconfig.getoption("--fuzz-examples")
    # The short run leaves out the coverage phase, which takes a minute.
    phases = "examples,coverage,fuzzing,stateful" if examples > 5 else "examples,fuzzing,stateful"
    with Running(tmp_path / "state") as running:
        command = [
            *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{running.url}/openapi.json"),
            # The token: among other things the fuzzer revokes API keys.
            *("--header", f"Authorization: Bearer {running.credentials['jwt']}"),
            *("--max-examples", str(examples), "--phases", phases, "--checks", CHECKS, "--workers", "2"),
            *("--seed", "1", "--no-color"),
        ]
        fuzzed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    print(fuzzed.stdout)
    assert fuzzed.returncode == 0, fuzzed.stdout
