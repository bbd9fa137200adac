# Everything that a node of a cluster needs, so that it needs no network: Deno, TensorFlow, the npm packages, the program.
# docs/cluster.md says how to build it, run it by Apptainer, and put data in.
FROM python:3.11-slim

# what results/ were made with; for NVIDIA's GPUs --build-arg TENSORFLOW="tensorflow[and-cuda]==2.21.0"
ARG DENO="deno==2.9.6"
ARG TENSORFLOW="tensorflow-cpu==2.21.0"
RUN pip install --no-cache-dir "$DENO" "$TENSORFLOW"

# a result names the commit that it was made by, whoever runs the program
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/*
RUN git config --system --add safe.directory /opt/backmix-lab

ENV DENO_DIR=/opt/deno
WORKDIR /opt/backmix-lab
COPY . .
RUN deno install --frozen

# a training of seconds: what is missing is found here, not on a node
RUN deno task reproduce:priors --seed 0 --epochs 1 --limit 64 --no-backmix --out /tmp/try && rm -r /tmp/try

# --config, as Apptainer begins in the folder that it is called from
ENTRYPOINT ["deno", "task", "--config", "/opt/backmix-lab/deno.json"]
CMD ["doctor"]
