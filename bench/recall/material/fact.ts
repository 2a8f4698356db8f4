/** Something that may be known of a customer. `{name}` stands for a value out of the lists; the same in all its texts. */
export interface Fact {
  /** How it may be noted: one is taken. */
  readonly notes: readonly string[]
  /** What may be asked about it; the first shares its words with the notes, the others mostly not. None: only noise. */
  readonly questions: readonly string[]
}

export const fact = (notes: readonly string[], questions: readonly string[] = []): Fact => ({ notes, questions })

/** Values for the braces. */
export const LISTS: Readonly<Record<string, readonly string[]>> = {
  partner: ['Jonas', 'Mira', 'Pavel', 'Ines', 'Tobias', 'Leila', 'Marcus', 'Yuki'],
  child: ['Emil', 'Nora', 'Luca', 'Ada', 'Finn', 'Zoe', 'Milo', 'Ida'],
  pet: ['Biscuit', 'Otto', 'Pepper', 'Luna', 'Mango', 'Freddy', 'Socks'],
  breed: ['beagle', 'tabby cat', 'greyhound', 'parrot', 'rabbit', 'dachshund'],
  city: ['Leeds', 'Ghent', 'Porto', 'Tampere', 'Graz', 'Malmo', 'Bergen', 'Lyon'],
  country: ['Portugal', 'Norway', 'Canada', 'Greece', 'Japan', 'Morocco'],
  weekday: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
  month: ['January', 'March', 'April', 'June', 'September', 'November'],
  hour: ['seven', 'eight', 'half past six', 'noon', 'five'],
  amount: ['45', '120', '260', '89', '310', '75'],
  number: ['4471', '2093', '8850', '3316', '7024', '1958'],
  agent: ['Priya', 'Daniel', 'Sofia', 'Kwame', 'Hanna', 'Victor'],
  colour: ['dark green', 'navy', 'mustard', 'burgundy', 'light grey'],
  furniture: ['bookcase', 'corner sofa', 'dining table', 'wardrobe', 'desk'],
  appliance: ['dishwasher', 'coffee machine', 'vacuum cleaner', 'toaster', 'kettle'],
  sport: ['rowing', 'bouldering', 'badminton', 'swimming', 'fencing'],
  instrument: ['cello', 'trombone', 'piano', 'accordion', 'clarinet'],
  language: ['Polish', 'Turkish', 'French', 'Tamil', 'Finnish'],
  job: ['a carpenter', 'a nurse on night shifts', 'a school teacher', 'a bus driver', 'a freelance translator'],
  phone: ['a Pixel', 'an old iPhone', 'a Fairphone', 'a Galaxy'],
  medicine: ['ibuprofen', 'penicillin', 'codeine', 'latex gloves'],
  doctor: ['Dr Almeida', 'Dr Novak', 'Dr Fischer', 'Dr Okafor'],
}
