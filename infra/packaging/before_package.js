'use strict';

// A plugin for osls and serverless v3/v4: build the zips just before they are packaged, for the architecture that
// serverless.yml names. It keeps `npx osls package` and `npx osls deploy` one command each, on a clean clone too.

const { spawnSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

module.exports = class BundleBeforePackage {
  constructor(serverless, options) {
    this.serverless = serverless;
    this.hooks = {
      'before:package:initialize': () => this.bundle([]),
      'before:package:function:package': () => this.bundle([options.function]), // deploy function --function NAME
    };
  }

  bundle(names) {
    const { serviceDir, service, classes } = this.serverless;
    const python = path.join(serviceDir, '.venv', 'bin', 'python');
    if (!existsSync(python)) throw new classes.Error('There is no .venv yet: run `make setup` first.');
    if (!isLocked(serviceDir)) throw new classes.Error('The .venv is not what is locked now: run `make setup` first.');
    const words = ['-m', 'infra.bundle', '--architecture', service.provider.architecture, ...names];
    // standard output becomes standard error, so that what osls itself prints there stays readable by programs
    const { status } = spawnSync(python, words, { cwd: serviceDir, stdio: ['ignore', 2, 2] });
    if (status !== 0) throw new classes.Error('The zips could not be built: the reason stands above.');
  }
};

// An installer that is older than the lock must not build what is deployed (infra/setup_python.sh).
function isLocked(project) {
  const installed = path.join(project, '.venv', 'installed.txt');
  const locked = path.join(project, 'infra', 'requirements', 'dev.txt');
  return existsSync(installed) && readFileSync(installed).equals(readFileSync(locked));
}
