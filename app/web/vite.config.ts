import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm run dev` finds the API; behind a gateway that routes /api itself it is not used. */
const api = process.env["API_ORIGIN"] ?? "http://localhost:8000";

export default defineConfig({
  plugins: [react()],
  cacheDir: process.env["VITE_CACHE_DIR"] ?? "node_modules/.vite",
  build: { assetsInlineLimit: 0, reportCompressedSize: false },
  server: {
    port: 8080,
    strictPort: true,
    allowedHosts: true,
    proxy: { "/api": api },
  },
});
