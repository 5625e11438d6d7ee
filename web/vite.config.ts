import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `probe serve` listens while one develops with `npm run dev`. */
const server = "http://127.0.0.1:8800";

export default defineConfig({
  plugins: [react()],
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
  server: { proxy: { "/api": server, "/ws": { target: server, ws: true } } },
});
