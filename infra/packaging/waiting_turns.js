'use strict';

// A plugin for osls: no removal of a stack loses turns of readers that wait in its queues.
//
// It refuses while any do. Whoever insists, by `--force`, removes everything else: the queues stay, with what is in them, and
// the next deployment of the stage takes them over. CloudFormation never deletes them (`DeletionPolicy`); empty ones go here.

const askPython = require('./project_python.js');

module.exports = class WaitingTurns {
  constructor(serverless, options, { log } = {}) {
    this.serverless = serverless;
    this.options = options;
    this.log = log;
    this.commands = {
      remove: { options: { force: { usage: 'Remove the stack although turns wait; their queues stay', type: 'boolean' } } },
    };
    this.hooks = {
      'before:remove:remove': () => this.refuse(),
      'after:remove:remove': () => this.removeEmpty(),
      'after:aws:deploy:deploy:createStack': () => this.adopt(),
    };
  }

  async refuse() {
    const { classes } = this.serverless;
    const counts = await this.ask('infra.waiting_turns', ...this.names());
    const full = Object.entries(counts).filter(([, count]) => count > 0);
    if (full.length === 0) return;
    const told = full.map(([name, count]) => `  ${count} in ${name}`).join('\n');
    if (this.options.force) {
      this.log?.warning(`Turns of readers wait, and their queues stay:\n${told}`);
      return;
    }
    throw new classes.Error(
      `Turns that readers were promised still wait:\n${told}\n` +
        'Let them be stored, or drop them (specs/runbook.md, "Dead letters"), and remove it then. With --force everything ' +
        'else is removed; the queues stay, and the next deployment of the stage takes them over.',
    );
  }

  removeEmpty() {
    return this.ask('infra.kept_queues', 'remove', ...this.names());
  }

  // Before there is a stack with all that belongs to it, there is one with the bucket alone.
  async adopt() {
    const stack = this.serverless.getProvider('aws').naming.getStackName();
    const adopted = await this.ask('infra.kept_queues', 'adopt', stack, JSON.stringify(this.queues()));
    if (adopted.length) this.log?.notice(`Queues of an earlier stack were taken over: ${adopted.join(', ')}`);
  }

  ask(...words) {
    return askPython(this.serverless, 'The queues of the stage', words);
  }

  names() {
    return Object.values(this.queues()).map(({ Properties }) => Properties.QueueName);
  }

  queues() {
    const { Resources: resources } = this.serverless.service.resources;
    return Object.fromEntries(Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::SQS::Queue'));
  }
};
