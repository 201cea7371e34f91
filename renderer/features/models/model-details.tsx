import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import type { EmbeddingModel } from '../../../shared/model/embedding-model.ts'
import { useServices } from '../../app/services-context.ts'
import { Button } from '../../ui/button.tsx'
import { formatDay } from '../../ui/format.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { sentence } from '../../ui/sentence.ts'
import { describeQuality, poolings } from './model-facts.ts'
import styles from './model-details.module.css'

/** What the curious want to know of a model, folded away. */
export function ModelDetails({ model }: { readonly model: EmbeddingModel }): React.JSX.Element {
  const facts = factsOf(model)
  return (
    <details className={styles.details}>
      <summary>
        <Icon of={ChevronRight} size="small" />
        Details
        <HiddenText> of {model.name}</HiddenText>
      </summary>
      <dl>
        {facts.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {model.licence !== null && <LicenceFact licence={model.licence} />}
      </dl>
    </details>
  )
}

interface Fact {
  readonly name: string
  readonly value: ReactNode
}

function factsOf(model: EmbeddingModel): Fact[] {
  const { pooling, quality, source, installedAt, isVerified, queryPrefix, passagePrefix } = model
  const prefix = (text: string): ReactNode => (text === '' ? 'Nothing' : <code>{text}</code>)
  const facts: (Fact | null)[] = [
    pooling === null ? null : { name: 'Pooling', value: `${poolings[pooling].name}. ${poolings[pooling].means}` },
    { name: 'Before a query', value: prefix(queryPrefix) },
    { name: 'Before a passage', value: prefix(passagePrefix) },
    { name: 'Length of a vector', value: model.isNormalised ? 'Always 1' : 'As the model gives it' },
    quality === null
      ? null
      : {
          name: 'Quality, as published',
          value: sentence(`${describeQuality(quality)}, for full precision`, `Source: ${quality.source}`),
        },
    source === null ? null : { name: 'From', value: source },
    isVerified ? null : { name: 'Files', value: 'Not all could be checked beforehand: the first download records their hashes.' },
    installedAt === null ? null : { name: 'Installed', value: formatDay(installedAt) },
  ]
  return facts.filter((fact) => fact !== null)
}

function LicenceFact({ licence }: { readonly licence: NonNullable<EmbeddingModel['licence']> }): React.JSX.Element {
  const { layers } = useServices()
  const { name, url, note } = licence
  return (
    <div>
      <dt>Licence</dt>
      <dd>
        {sentence(name, note)}{' '}
        {url !== null && (
          <Button look="accent" size="small" onPress={() => layers.askToOpen(url)} className={styles.link}>
            Read it
          </Button>
        )}
      </dd>
    </div>
  )
}
