import { modelPoolings, type ImportQuestion } from '../../../shared/model/embedding-model.ts'
import { FormRow } from '../../ui/form-row.tsx'
import { Select } from '../../ui/select.tsx'
import { sentence } from '../../ui/sentence.ts'
import { TextField } from '../../ui/text-field.tsx'
import { answerTo, isAnswered, type Answered } from './import-answers.ts'
import styles from './import-dialog.module.css'
import { poolings } from './model-facts.ts'

interface ImportQuestionsProps {
  readonly questions: readonly ImportQuestion[]
  readonly answered: Answered
  readonly onAnswer: (answered: Answered) => void
}

const names: Readonly<Record<ImportQuestion['about'], string>> = {
  'pooling': 'Pooling',
  'query-prefix': 'Before a query',
  'passage-prefix': 'Before a passage',
  'max-tokens': 'Most tokens',
}

/** What the model's files do not say, each with what is likely. */
export function ImportQuestions({ questions, answered, onAnswer }: ImportQuestionsProps): React.JSX.Element | null {
  if (questions.length === 0) return <p className={styles.note}>Its files say everything; there is nothing to ask.</p>
  return (
    <section aria-label="What its files do not say">
      <h3 className={styles.title}>What its files do not say</h3>
      {questions.map((question) => (
        <Question
          key={question.about}
          question={question}
          value={answerTo(question, answered)}
          isRight={isAnswered([question], answered)}
          onAnswer={(answer) => onAnswer({ ...answered, [question.about]: answer })}
        />
      ))}
    </section>
  )
}

interface QuestionProps {
  readonly question: ImportQuestion
  readonly value: string
  readonly isRight: boolean
  readonly onAnswer: (answer: string) => void
}

function Question({ question, value, isRight, onAnswer }: QuestionProps): React.JSX.Element {
  const name = names[question.about]
  if (question.about === 'pooling') {
    const pooling = modelPoolings.find((one) => one === value) ?? null
    const means = pooling === null ? null : poolings[pooling].means
    return (
      <FormRow name={name} hint={sentence(question.question, means)}>
        <Select
          label={name}
          value={pooling}
          options={modelPoolings.map((one) => ({ value: one, label: poolings[one].name }))}
          onChange={onAnswer}
        />
      </FormRow>
    )
  }
  return (
    <FormRow name={name} hint={sentence(question.question)}>
      <TextField
        label={name}
        value={value}
        onChange={onAnswer}
        validationBehavior="aria"
        placeholder={question.about === 'max-tokens' ? '' : 'Nothing'}
        error={isRight ? null : 'A whole number from 8 to 131,072'}
      />
    </FormRow>
  )
}
