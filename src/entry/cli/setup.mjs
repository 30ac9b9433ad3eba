/**
 * Runs before every command, on whatever Node the machine has (20 or newer): installs the packages of the lock file when
 * they are missing or other ones, and with --browser finds a Chromium for the browser tests.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

main();

function main() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) stop(`Callhouse needs Node 20 or newer; this is ${process.version}. See https://nodejs.org.`);
  if (!isInstalled()) install();
  if (process.argv.includes("--browser") && !findChromium()) installChromium();
}

/** Whether node_modules holds exactly what the lock file says. Times of files say nothing after a clone or a copy. */
function isInstalled() {
  const wanted = packagesOf(`${root}package-lock.json`);
  const present = packagesOf(`${root}node_modules/.package-lock.json`);
  if (!wanted) stop("package-lock.json is missing or not readable. Take it from the repository again.");
  if (!present) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === "" || optional || present[path]?.version === version,
  );
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

function install() {
  console.log("Installing packages (npm ci) …");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0)
    stop("npm ci failed; its message is above. With a full disk or no network it works again after mending.");
}

function findChromium() {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const files = [
    process.env.CHROMIUM_PATH,
    ...names.map((name) => `/usr/bin/${name}`),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ];
  return files.some((file) => file && existsSync(file));
}

function installChromium() {
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const apt = (...args) =>
    spawnSync([...sudo, "apt-get"][0], [...sudo, "apt-get", ...args].slice(1), quiet).status === 0;
  const quiet = { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  if (existsSync("/etc/debian_version")) {
    console.log("Installing Chromium for the browser tests (apt-get) …");
    const packages = ["install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"];
    if (apt(...packages) || (apt("update") && apt(...packages))) return;
  }
  stop("The browser tests need Chromium: install it, or set CHROMIUM_PATH to a Chrome or Chromium program.");
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
