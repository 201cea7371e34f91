import type { ImportAnswers, ImportQuestion } from '../../../shared/model/embedding-model.ts'
import { modelPoolings } from '../../../shared/model/embedding-model.ts'

type About = ImportQuestion['about']

/** What was typed or chosen, by what it is about. */
export type Answered = Partial<Readonly<Record<About, string>>>

/** What stands in the field: the suggestion until something else is said. */
export function answerTo({ about, suggestion }: ImportQuestion, answered: Answered): string {
  return answered[about] ?? suggestion ?? ''
}

/** True when every question has an answer that can be used. */
export function isAnswered(questions: readonly ImportQuestion[], answered: Answered): boolean {
  return questions.every((question) => {
    const answer = answerTo(question, answered)
    switch (question.about) {
      case 'pooling':
        return modelPoolings.some((one) => one === answer)
      case 'max-tokens':
        return Number.isInteger(Number(answer)) && Number(answer) >= 8 && Number(answer) <= 131_072
      case 'query-prefix':
      case 'passage-prefix':
        return true
    }
  })
}

/** The answers as the engine takes them. A space at the end of a prefix belongs to it. */
export function answersTo(questions: readonly ImportQuestion[], answered: Answered): ImportAnswers {
  const answers: { -readonly [K in keyof ImportAnswers]: ImportAnswers[K] } = {}
  for (const question of questions) {
    const answer = answerTo(question, answered)
    switch (question.about) {
      case 'pooling':
        answers.pooling = modelPoolings.find((one) => one === answer)
        break
      case 'max-tokens':
        answers.maxTokens = Number(answer)
        break
      case 'query-prefix':
        answers.queryPrefix = answer
        break
      case 'passage-prefix':
        answers.passagePrefix = answer
        break
    }
  }
  return answers
}
