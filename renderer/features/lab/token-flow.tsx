import { useState } from 'react'
import type { LabToken } from '../../../shared/model/lab.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/class-names.ts'
import { countOf } from '../../ui/format.ts'
import { HiddenText } from '../../ui/hidden-text.tsx'
import styles from './token-flow.module.css'

interface TokenFlowProps {
  readonly tokens: readonly LabToken[]
  /** True while a newer answer is on its way. */
  readonly isOld: boolean
}

const shownAtFirst = 400

/** The tokens in the order of the text, each with its id; neighbours differ in tint and have an edge. */
export function TokenFlow({ tokens, isOld }: TokenFlowProps): React.JSX.Element {
  const [isAll, setAll] = useState(false)
  const shown = isAll ? tokens : tokens.slice(0, shownAtFirst)
  return (
    <>
      <ol className={cx(styles.flow, isOld && styles.old)} aria-label="Tokens">
        {shown.map((token, index) => (
          <li
            key={index}
            className={cx(styles.token, token.isSpecial ? styles.special : styles[`tint${index % 5}`])}
            title={`${token.piece}, id ${token.id}`}
          >
            <span className={styles.text}>{token.text}</span>
            <span className={styles.id}>
              <HiddenText>{token.isSpecial ? 'added by the model, id ' : 'id '}</HiddenText>
              {token.id}
            </span>
          </li>
        ))}
      </ol>
      {shown.length < tokens.length && (
        <Button look="plain" size="small" onPress={() => setAll(true)}>
          Show {countOf(tokens.length - shown.length, 'more', 'more')}
        </Button>
      )}
    </>
  )
}
