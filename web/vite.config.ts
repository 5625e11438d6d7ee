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
  },
  server: { proxy: { "/api": server, "/ws": { target: server, ws: true } } },
});
