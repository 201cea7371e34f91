/** Outputs by the names that exporters give them. */
const hiddenStates = ['last_hidden_state', 'token_embeddings', 'hidden_states', 'hidden_state']
const pooled = ['sentence_embedding', 'text_embeds', 'text_embedding', 'embeddings', 'embedding', 'pooler_output']
const logits = ['logits', 'lm_logits']

/** The output with one vector a token, or a text, if there is one by a known name. */
export function hiddenStateOutput(names: readonly string[]): string | undefined {
  return hiddenStates.find((name) => names.includes(name))
}

export function pooledOutput(names: readonly string[]): string | undefined {
  return pooled.find((name) => names.includes(name))
}

/** The output with one score for each entry of the vocabulary. */
export function logitsOutput(names: readonly string[]): string | undefined {
  return logits.find((name) => names.includes(name))
}
