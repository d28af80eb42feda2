import starlight from "@astrojs/starlight";
import { defineConfig } from "astro/config";

export default defineConfig({
  site: "https://lantern.example",
  base: "/book",
  integrations: [
    starlight({ title: "Lantern", defaultLocale: "root", locales: { root: { label: "English", lang: "en" }, de: { label: "Deutsch" } } }),
  ],
});
