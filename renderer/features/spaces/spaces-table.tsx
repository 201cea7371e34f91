import { Check, CircleAlert, Clock, Cloud } from 'lucide-react'
import type { CSSProperties, ReactNode } from 'react'
import { useStore } from 'zustand'
import type { SpaceInfo } from '../../../shared/model/space.ts'
import { useServices } from '../../app/services-context.ts'
import { cx } from '../../ui/class-names.ts'
import { formatBytes, formatNumber } from '../../ui/format.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { sentence } from '../../ui/sentence.ts'
import { JobProgress } from '../activity/job-progress.tsx'
import { describeLanguages, poolings } from '../models/model-facts.ts'
import { SpaceActions } from './space-actions.tsx'
import { describeHeld, describePost, describeSpeed, describeState, jobOfSpace } from './space-facts.ts'
import styles from './spaces-table.module.css'

interface Row {
  readonly name: string
  readonly cell: (space: SpaceInfo) => ReactNode
}

const rows: readonly Row[] = [
  { name: 'State', cell: (space) => <StateCell space={space} /> },
  { name: 'Runs on', cell: (space) => <WhereCell space={space} /> },
  {
    name: 'Sends out',
    cell: ({ recipe }) => (recipe.type === 'local' ? 'Nothing' : 'Every passage and every search'),
  },
  { name: 'Languages', cell: (space) => <LanguagesCell space={space} /> },
  { name: 'Made by', cell: (space) => <RecipeCell space={space} /> },
  { name: 'Searchable', cell: describeHeld },
  { name: 'Dimension', cell: ({ dimension }) => formatNumber(dimension) },
  { name: 'Speed here', cell: describeSpeed },
  {
    name: 'Disk',
    cell: ({ bytes, indexBytes }) =>
      indexBytes === 0 ? formatBytes(bytes) : `${formatBytes(bytes)} + ${formatBytes(indexBytes)} index`,
  },
]

/** The spaces side by side: which one searches use, what each holds, takes and sends. */
export function SpacesTable({ spaces }: { readonly spaces: readonly SpaceInfo[] }): React.JSX.Element {
  return (
    // Many spaces scroll sideways with the arrow keys.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} tabIndex={0} role="region" aria-label="Spaces">
      <table className={styles.table} style={widthsFor(spaces.length)}>
        <thead>
          <tr>
            <th scope="col" className={styles.corner}>
              <HiddenText>What</HiddenText>
            </th>
            {spaces.map((space) => (
              <th key={space.id} scope="col" className={cx(space.isDefault && styles.active)}>
                {space.name}
                {space.isDefault && <HiddenText>, in use</HiddenText>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, cell }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {spaces.map((space) => (
                <td key={space.id} className={cx(space.isDefault && styles.active)}>
                  {cell(space)}
                </td>
              ))}
            </tr>
          ))}
          <tr className={styles.actions}>
            <th scope="row">
              <HiddenText>Actions</HiddenText>
            </th>
            {spaces.map((space) => (
              <td key={space.id} className={cx(space.isDefault && styles.active)}>
                <SpaceActions space={space} canCompare={spaces.length > 1} />
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  )
}

const namesPx = 112
const leastColumnPx = 196
/** A column that is much wider than its words is hard to read along. */
const mostColumnPx = 360

function widthsFor(columns: number): CSSProperties {
  return { minWidth: namesPx + columns * leastColumnPx, maxWidth: namesPx + columns * mostColumnPx }
}

function StateCell({ space }: { readonly space: SpaceInfo }): React.JSX.Element {
  const { jobs } = useServices()
  const job = useStore(jobs.store, (state) => jobOfSpace(space, state.jobs))
  if (job !== null) return <JobProgress job={job} what={`the filling of ${space.name}`} className={styles.job} />
  const { look, text, reason } = describeState(space)
  const icon = { ok: Check, quiet: Clock, filling: Clock, failed: CircleAlert }[look]
  return (
    <>
      <span className={cx(styles.state, look === 'ok' && styles.ok, look === 'failed' && styles.failed)}>
        <Icon of={icon} />
        {text}
      </span>
      {reason !== null && <span className={styles.reason}>{sentence(reason)}</span>}
    </>
  )
}

function WhereCell({ space: { recipe, where } }: { readonly space: SpaceInfo }): React.JSX.Element {
  if (recipe.type === 'local') return <>This computer</>
  return (
    <span className={cx(styles.state, styles.away)}>
      <Icon of={Cloud} />
      {where}
    </span>
  )
}

function LanguagesCell({ space: { recipe } }: { readonly space: SpaceInfo }): React.JSX.Element {
  const { models } = useServices()
  const model = useStore(models.store, (state) =>
    recipe.type === 'local' ? state.models.find(({ id }) => id === recipe.modelId) : undefined,
  )
  return <>{model === undefined ? 'Not known' : (describeLanguages(model.languages) ?? 'Not known')}</>
}

function RecipeCell({ space: { recipe } }: { readonly space: SpaceInfo }): React.JSX.Element {
  const { models } = useServices()
  const model = useStore(models.store, (state) =>
    recipe.type === 'local' ? state.models.find(({ id }) => id === recipe.modelId) : undefined,
  )
  const pooling = recipe.type === 'local' ? (recipe.pooling ?? model?.pooling ?? null) : null
  const post = describePost(recipe.postProcessing)
  return (
    <>
      {recipe.type === 'local' ? (model?.name ?? recipe.modelId) : recipe.model}
      {(pooling !== null || post !== null) && (
        <span className={styles.reason}>
          {[pooling === null ? null : poolings[pooling].name, post].filter((part) => part !== null).join('; ')}
        </span>
      )}
    </>
  )
}
