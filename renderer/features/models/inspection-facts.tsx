import { Info } from 'lucide-react'
import type { ModelInspection } from '../../../shared/model/embedding-model.ts'
import { formatBytes, formatNumber } from '../../ui/format.ts'
import { FormRow } from '../../ui/form-row.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Select } from '../../ui/select.tsx'
import { sentence } from '../../ui/sentence.ts'
import styles from './import-dialog.module.css'
import { poolings } from './model-facts.ts'

interface InspectionFactsProps {
  readonly found: ModelInspection
  readonly onVariant: (variant: string) => void
}

/** What the model's files say. */
export function InspectionFacts({ found, onVariant }: InspectionFactsProps): React.JSX.Element {
  const { name, dimension, maxTokens, pooling, sizeBytes, variants, chosenVariant, givesLogits, notes } = found
  const facts = [
    `${formatNumber(dimension)} numbers a vector`,
    maxTokens === null ? null : `up to ${formatNumber(maxTokens)} tokens`,
    pooling === null ? null : poolings[pooling].name,
    formatBytes(sizeBytes),
  ].filter((fact) => fact !== null)
  const odd = [
    ...(givesLogits ? ['A language model: its vectors are taken from inside, before it guesses the next word'] : []),
    ...notes,
  ]
  return (
    <>
      <h3 className={styles.title}>{name}</h3>
      <p className={styles.facts}>{facts.join(' · ')}</p>
      {odd.map((note) => (
        <p key={note} className={styles.note}>
          <Icon of={Info} size="small" />
          {sentence(note)}
        </p>
      ))}
      {variants.length > 1 && (
        <FormRow name="Precision" hint="Smaller is faster and a little less exact.">
          <Select
            label="Precision"
            value={chosenVariant}
            options={variants.map(({ id, label, bytes }) => ({ value: id, label, hint: formatBytes(bytes) }))}
            onChange={onVariant}
          />
        </FormRow>
      )}
    </>
  )
}
