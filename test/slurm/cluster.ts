/** A Slurm cluster of two nodes on this machine, in a folder: controller, two node daemons, and munge, all for one test. */
import { UserError } from "../../lib/files/user_error.ts";

/** A running cluster. */
export interface Cluster extends AsyncDisposable {
  /** Runs a program of Slurm's, such as `scontrol`, and gives what it printed. */
  run(program: string, ...args: string[]): Promise<string>;
}

/** Runs a program. */
async function output(program: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, env }).output().catch(() => {
    throw new UserError(`${program}: not found. Install Slurm and munge: apt-get install slurm-wlm munge.`);
  });
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

/** A port that nobody listens at now. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/**
 * Starts a cluster; needs to be root, as node daemons do.
 *
 * A job that uses more memory than it asked for is killed.
 *
 * @param folder an empty one, whose path is short
 */
export async function startCluster(folder: string): Promise<Cluster> {
  const host = Deno.hostname();
  const env = { SLURM_CONF: `${folder}/slurm.conf` };
  await Deno.writeFile(`${folder}/munge.key`, crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o400 });
  await Deno.mkdir(`${folder}/state`);
  const settings = {
    ClusterName: "test",
    SlurmctldHost: host,
    SlurmUser: "root",
    SlurmdUser: "root",
    AuthType: "auth/munge",
    AuthInfo: `socket=${folder}/munge.sock`,
    SlurmctldPort: freePort(),
    StateSaveLocation: `${folder}/state`,
    SlurmdSpoolDir: `${folder}/spool_%n`,
    SlurmctldPidFile: `${folder}/controller.pid`,
    SlurmdPidFile: `${folder}/%n.pid`,
    SlurmctldLogFile: `${folder}/controller.log`,
    SlurmdLogFile: `${folder}/%n.log`,
    ProctrackType: "proctrack/linuxproc",
    TaskPlugin: "task/none",
    SelectType: "select/cons_tres",
    SelectTypeParameters: "CR_CPU_Memory",
    JobAcctGatherType: "jobacct_gather/linux",
    JobAcctGatherParams: "OverMemoryKill",
    JobAcctGatherFrequency: "task=1",
    SwitchType: "switch/none",
    MpiDefault: "none",
    ReturnToService: 2,
    KillWait: 60,
    // looks for what to start each second, not each minute
    SchedulerParameters: "sched_interval=1,batch_sched_delay=0,bf_interval=1",
  };
  const node = (name: string) =>
    `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${freePort()} CPUs=1 RealMemory=6000`;
  const lines = [
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    node("n1"),
    node("n2"),
    "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP",
  ];
  await Deno.writeTextFile(env.SLURM_CONF, lines.join("\n") + "\n");
  const munge = [
    "key-file=munge.key",
    "socket=munge.sock",
    "pid-file=munge.pid",
    "log-file=munge.log",
    "seed-file=seed",
  ];
  await output("munged", ["--force", ...munge.map((option) => `--${option.replace("=", `=${folder}/`)}`)]);
  await output("slurmctld", [], env);
  for (const name of ["n1", "n2"]) await output("slurmd", ["-N", name], env);
  for (let tries = 0; !(await output("sinfo", ["-h", "-o", "%t %D"], env)).includes("idle 2"); tries++) {
    if (tries === 100) throw new Error(`the nodes do not come up: see ${folder}/controller.log`);
    await new Promise((done) => setTimeout(done, 200));
  }
  const pids = await Promise.all(
    ["n1", "n2", "controller", "munge"].map(async (name) => Number(await Deno.readTextFile(`${folder}/${name}.pid`))),
  );
  return {
    run: (program, ...args) => output(program, args, env),
    [Symbol.asyncDispose]() {
      for (const pid of pids) Deno.kill(pid, "SIGTERM");
      return Promise.resolve();
    },
  };
}
