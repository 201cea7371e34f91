import { FileArchive, FolderOpen } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { AkinError } from '../../../shared/errors.ts'
import type { ImportAnswers } from '../../../shared/model/embedding-model.ts'
import { useServices } from '../../app/services-context.ts'
import { useLiveRequest } from '../../app/use-live-request.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Progress } from '../../ui/progress.tsx'
import { sentence } from '../../ui/sentence.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useDelayed } from '../../ui/use-delayed.ts'
import styles from './import-dialog.module.css'
import { answersTo, isAnswered, type Answered } from './import-answers.ts'
import { ImportQuestions } from './import-questions.tsx'
import { InspectionFacts } from './inspection-facts.tsx'
import type { ChosenModel } from './model-files.ts'
import { useModelChooser } from './use-model-chooser.ts'

/** Brings in a model from a folder or zip file: looked at first, and asked only what its files do not say. */
export function ImportDialog(): React.JSX.Element | null {
  const { models } = useServices()
  const isOpen = useStore(models.store, (state) => state.isImportOpen)
  if (!isOpen) return null
  return (
    <Dialog title="Import a model" isOpen onClose={() => models.setImportOpen(false)} size="medium">
      <ImportBody />
    </Dialog>
  )
}

function ImportBody(): React.JSX.Element {
  const { chosen, sent, error, choose } = useModelChooser()
  return (
    <>
      <div className={styles.choose}>
        <p>
          A folder or zip file with the model’s ONNX file and its tokenizer, as the hubs have them. Nothing is copied before you
          have seen what is in it.
        </p>
        <div className={styles.buttons}>
          <Button icon={FolderOpen} onPress={() => choose('folder')}>
            Choose a folder…
          </Button>
          <Button icon={FileArchive} onPress={() => choose('zip')}>
            Choose a zip file…
          </Button>
          {chosen !== null && <span className={styles.name}>{chosen.name}</span>}
        </div>
        {sent !== null && <Progress label="Sending the model to Akin" value={sent} max={1} />}
        {error !== null && <Banner look="error">{sentence(error.message, error.advice)}</Banner>}
      </div>
      {chosen !== null && sent === null && <Inspected key={JSON.stringify(chosen.source)} chosen={chosen} />}
    </>
  )
}

function Inspected({ chosen: { source } }: { readonly chosen: ChosenModel }): React.JSX.Element {
  const { models } = useServices()
  const [variant, setVariant] = useState<string | null>(null)
  const [answered, setAnswered] = useState<Answered>({})
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<AkinError | null>(null)
  const { reply, isLoading, error } = useLiveRequest('models.inspect', {
    source,
    answers: variant === null ? {} : { variant },
  })
  const isLate = useDelayed(isLoading && reply === null)
  const start = (modelId: string, answers: ImportAnswers): void => {
    setBusy(true)
    models.importFrom(source, modelId, answers).then(
      () => models.setImportOpen(false),
      (cause: unknown) => {
        if (!(cause instanceof AkinError)) throw cause
        setFailure(cause)
        setBusy(false)
      },
    )
  }
  const told = failure ?? error
  return (
    <>
      <div className={styles.found} aria-live="polite" aria-busy={isLoading}>
        {isLate && (
          <div className={styles.lines}>
            <Skeleton width={45} />
            <Skeleton width={75} />
          </div>
        )}
        {told !== null && <Banner look="error">{sentence(told.message, told.advice)}</Banner>}
        {reply !== null && error === null && (
          <>
            <InspectionFacts found={reply} onVariant={setVariant} />
            <ImportQuestions questions={reply.questions} answered={answered} onAnswer={setAnswered} />
          </>
        )}
      </div>
      <footer className={styles.foot}>
        <Button onPress={() => models.setImportOpen(false)}>Cancel</Button>
        <Button
          look="primary"
          isDisabled={reply === null || error !== null || isLoading || !isAnswered(reply.questions, answered)}
          isBusy={isBusy}
          onPress={() => {
            if (reply === null) return
            const { modelId, questions, chosenVariant } = reply
            start(modelId, { variant: chosenVariant, ...answersTo(questions, answered) })
          }}
        >
          Import
        </Button>
      </footer>
    </>
  )
}
