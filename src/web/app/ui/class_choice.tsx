import { chosenClass, classes } from '../classes';
import { classId } from '../preferences';
import { t } from '../strings';
import { Choice } from './choice';

/** Which class is shown: remembered, and the same on every page. */
export function ClassChoice({ onChange }: { onChange?: (id: number) => void }) {
  return (
    <Choice
      label={t.classes.label}
      options={classes.value.map(({ id, name }) => ({ value: id, text: name }))}
      value={chosenClass.value?.id}
      onChange={(id) => {
        classId.value = id;
        onChange?.(id);
      }}
    />
  );
}
