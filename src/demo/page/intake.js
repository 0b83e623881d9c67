/** The ways by which files come into the page: the button, dropping, pasting. */
import { byId } from './dom.js';

/** @param {(files: File[]) => void} take */
export function createIntake(take) {
  const chat = byId('chat');
  const target = byId('drop');
  const chosen = byId('files', HTMLInputElement);
  /** @param {FileList | undefined} list */
  function takeAll(list) {
    const files = [...(list ?? [])];
    if (files.length > 0) take(files);
  }

  byId('attach').onclick = () => chosen.click();
  chosen.onchange = () => {
    takeAll(chosen.files ?? undefined);
    // The same file can be chosen again.
    chosen.value = '';
  };

  /** @param {DragEvent} event */
  const isOverChat = ({ target: over }) => over instanceof Node && chat.contains(over);

  // It goes on for as long as something is dragged over the page. Beside the chat a file would be opened in place of it.
  document.addEventListener('dragover', (event) => {
    const { dataTransfer: data } = event;
    if (data === null || !holdsFiles(data)) return;
    event.preventDefault();
    target.hidden = !isOverChat(event);
    data.dropEffect = target.hidden ? 'none' : 'copy';
  });
  document.addEventListener('dragleave', ({ relatedTarget: into }) => {
    if (into === null) target.hidden = true;
  });
  document.addEventListener('drop', (event) => {
    if (!holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    target.hidden = true;
    if (isOverChat(event)) takeAll(event.dataTransfer?.files);
  });

  document.addEventListener('paste', (event) => {
    const { clipboardData: data } = event;
    // What has words as well is a text, with its picture beside it.
    if (!holdsFiles(data) || data?.types.includes('text/plain') === true) return;
    event.preventDefault();
    takeAll(data?.files);
  });
}

/** @param {DataTransfer | null} data */
const holdsFiles = (data) => data?.types.includes('Files') === true;
