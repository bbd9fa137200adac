/** JAX for the benchmark: fetched once by the user's pip into a venv in the per-user cache, apart from PyTorch's. */
import { venv } from "../../lib/files/venv.ts";

const REQUIREMENTS = [
  "jax==0.10.2",
  "jaxlib==0.10.2",
  "ml_dtypes==0.6.0",
  "numpy==2.4.6",
  "opt_einsum==3.4.0",
  "scipy==1.17.1",
];

/**
 * Finds the venv, or makes it.
 *
 * @returns a Python that has JAX
 * @throws {UserError} if there is no Python 3.11 or newer with venv, or pip cannot fetch JAX
 */
export async function jaxPython(): Promise<string> {
  const { python } = await venv({
    name: "bench-jax",
    title: "JAX",
    notice: "Installing JAX for the comparison (150 MB)",
    requirements: REQUIREMENTS.join("\n"),
  });
  return python;
}
