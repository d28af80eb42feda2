'use strict';

// A plugin for osls and serverless v3: a stack is not removed while turns of readers wait in its queues, which would be
// removed with it. Whoever wants to lose them drops them first (specs/runbook.md).

const askPython = require('./project_python.js');

module.exports = class WaitingTurns {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = { 'before:remove:remove': () => this.refuse() };
  }

  async refuse() {
    const { service, classes } = this.serverless;
    const names = Object.values(service.resources.Resources)
      .filter(({ Type }) => Type === 'AWS::SQS::Queue')
      .map(({ Properties }) => Properties.QueueName);
    const counts = await askPython(this.serverless, 'The queues of the stage', ['infra.waiting_turns', ...names]);
    const full = Object.entries(counts).filter(([, count]) => count > 0);
    if (full.length === 0) return;
    const told = full.map(([name, count]) => `  ${count} in ${name}`).join('\n');
    throw new classes.Error(
      `Turns that readers were promised still wait, and removing the stack would lose them:\n${told}\n` +
        'Let them be stored, or drop them (specs/runbook.md, "Dead letters"), and remove it then.',
    );
  }
};
