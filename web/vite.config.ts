import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Where `probe serve` listens while one develops with `npm run dev`. */
const server = "http://127.0.0.1:8800";

/** WebAssembly beside itself packed: the server sends it as it is. */
const packed: Plugin = {
  name: "packed",
  async generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== "asset" || !file.fileName.endsWith(".wasm")) continue;
      this.emitFile({ type: "asset", fileName: `${file.fileName}.gz`, source: await gzip(file.source) });
    }
  },
};

async function gzip(source: string | Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([source as BlobPart]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export default defineConfig({
  plugins: [react(), packed],
  build: {
    outDir: "../sandbox/static",
    emptyOutDir: true,
    // The content security policy allows fonts from our origin only, so none may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // Large libraries by name: they change less often than our pages, so browsers keep them.
        codeSplitting: {
          groups: [
            {
              name: "editor",
              test: /node_modules[\\/](@codemirror|@lezer|codemirror|style-mod|w3c-keyname)/,
            },
            { name: "document", test: /node_modules[\\/](yjs|y-|lib0)/ },
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
            { name: "plots", test: /node_modules[\\/]uplot/ },
          ],
        },
      },
    },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": server, "/ws": { target: server, ws: true } } },
});
