import assert from "node:assert/strict";
import { failureLine } from "../../../components/host/failure-line.ts";

describe("the line that gives the reason of a failure", () => {
  const cases: Readonly<Record<string, readonly [printed: string, line: string]>> = {
    "is the exception of Python, not a frame": [
      'Traceback (most recent call last):\n  File "/app/env.py", line 3, in <module>\n    from app import settings\n  File "/app/settings.py", line 1\nKeyError: \'DATABASE_URL\'\n',
      "KeyError: 'DATABASE_URL'",
    ],
    "has the exception's whole message, without links to read more": [
      'INFO  [alembic] x\nTraceback (most recent call last):\n  File "/app/env.py", line 3\n    settings = Settings()\npydantic_core.ValidationError: 1 validation error for Settings\ndatabase_url\n  Field required [type=missing]\n    For further information visit https://errors.pydantic.dev/2/v/missing\n',
      "pydantic_core.ValidationError: 1 validation error for Settings database_url Field required [type=missing]",
    ],
    "is the last exception of a chain": [
      'Traceback (most recent call last):\n  File "a"\nKeyError: 1\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File "b"\nsqlalchemy.exc.OperationalError: no host\n(Background on this error at: https://sqlalche.me/e/20/e3q8)\n',
      "sqlalchemy.exc.OperationalError: no host",
    ],
    "is the error of Node.js": [
      "/app/x.js:1\nthrow new Error('no url')\n^\n\nError: no url\n    at Object.<anonymous> (/app/x.js:1:7)\n    at node:internal/main {\n  code: 'X'\n}\n\nNode.js v20.19.0\n",
      "Error: no url",
    ],
    "is the exception of Java": [
      'Exception in thread "main" java.lang.IllegalStateException: no url\n\tat app.Main.main(Main.java:3)\n',
      'Exception in thread "main" java.lang.IllegalStateException: no url',
    ],
    "is otherwise the last line that the program printed": [
      "INFO  [alembic] x\n  FAILED: Can't locate revision identified by '0009'\n\n",
      "FAILED: Can't locate revision identified by '0009'",
    ],
    "is empty when the program printed nothing": ["\n", ""],
  };
  for (const [title, [printed, line]] of Object.entries(cases)) {
    it(title, () => {
      assert.equal(failureLine(printed), line);
    });
  }

  it("is shortened when it is long", () => {
    const long = `Traceback (most recent call last):\nError: ${"x".repeat(600)}`;
    assert.equal(failureLine(long), `Error: ${"x".repeat(493)} …`);
  });
});
