"""What a side of the benchmark that is written in Python does beside its work: requests in, answers out (worker.ts)."""

import json
import os
import statistics
import sys
import time


def seconds_of(run, at_least, runs=3):
    """Median seconds of a run, over at least `at_least` seconds and `runs` runs."""
    times = []
    began = time.perf_counter()
    while len(times) < runs or time.perf_counter() - began < at_least:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def serve(versions, prepare, before=lambda work: None):
    """Answers until the input ends: `versions` to "facts", and else the seconds of the run that `prepare` makes."""
    prepared = {}

    def answer(request):
        if request["ask"] == "facts":
            return {"versions": versions}
        work, way = request["work"], request["way"]
        before(work)
        if work["kind"] == "trace":
            return seconds_of(prepare(work, way), 0, runs=1)  # the first run is what is asked for
        key = json.dumps([work, way])
        if key not in prepared:
            run = prepare(work, way)
            seconds_of(run, 0)  # compiles, and warms up
            prepared[key] = run
        return seconds_of(prepared[key], request["atLeast"])

    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not stand among the replies
    for line in sys.stdin:
        try:
            reply = {"answer": answer(json.loads(line))}
        except Exception as error:
            lines = str(error).strip().splitlines()
            reply = {"error": lines[0] if lines else type(error).__name__}
        print(json.dumps(reply), file=replies, flush=True)
