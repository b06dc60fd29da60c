// Each builds `main.js` of a project as its documentation says, without a plug-in for assets, into `dist/`.
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { rollup } from "rollup";
import { build as vite } from "vite";
import webpack from "webpack";

export const bundlers = {
  esbuild: (root, { format = "esm", ...options } = {}) =>
    esbuild({ absWorkingDir: root, entryPoints: ["main.js"], outdir: "dist", bundle: true, format, logLevel: "error", ...options }),

  async rollup(root, { format = "es" } = {}) {
    const bundle = await rollup({ input: join(root, "main.js"), plugins: [nodeResolve()] });
    await bundle.write({ file: join(root, "dist/main.js"), format });
    await bundle.close();
  },

  vite: (root) =>
    vite({
      root,
      configFile: false,
      logLevel: "error",
      base: "./",
      build: { target: "esnext", rollupOptions: { input: join(root, "main.js"), output: { entryFileNames: "main.js" } } },
    }),

  webpack: (root, options = {}) =>
    new Promise((resolve, reject) => {
      const configuration = { context: root, entry: "./main.js", mode: "production", output: { path: join(root, "dist"), filename: "main.js" }, ...options };
      webpack(configuration, (error, stats) => {
        if (error || stats.hasErrors()) reject(error ?? new Error(stats.toString("errors-only")));
        else resolve();
      });
    }),
};
