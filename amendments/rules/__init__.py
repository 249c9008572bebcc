"""Pure rules of the debate of a draft decision: the legal clock of its procedure."""
