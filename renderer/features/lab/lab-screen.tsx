import { Binary, Grid3x3 } from 'lucide-react'
import { PaneScreen, type Pane } from '../../app/pane-screen.tsx'
import { SimilarityPane } from './similarity-pane.tsx'
import { TokensPane } from './tokens-pane.tsx'

const panes: readonly Pane[] = [
  { path: 'tokens', name: 'Tokens', title: 'How a model reads a text', isWide: true, icon: Binary, view: TokensPane },
  { path: 'similarity', name: 'Similarity', title: 'How near texts are', isWide: true, icon: Grid3x3, view: SimilarityPane },
]

/** For the curious: what models make of texts. */
export function LabScreen(): React.JSX.Element {
  return <PaneScreen name="Lab" base="/lab" panes={panes} />
}
