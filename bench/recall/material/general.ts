import { fact } from './fact.js'

/** What any business may learn of its customers. */
export const GENERAL = [
  fact(
    [
      'Prefers to be phoned after {hour} in the evening',
      'Asked us to ring only after {hour}, never during working hours',
    ],
    [
      'Is it fine to phone before {hour}?',
      'When is a good time to reach them?',
      'What time of day should we get in touch?',
    ],
  ),
  fact(
    ['Moved from {city} to a flat near the harbour in {month}', 'New address since {month}: left {city} for the coast'],
    ['When did they move from {city}?', 'Where did they live before?', 'Have they relocated recently?'],
  ),
  fact(
    ['Has a {breed} called {pet}', 'Mentioned the {breed} {pet}, who barks or squawks at couriers'],
    ['What is the {breed} called?', 'Do they have any animals at home?', 'What is the name of their pet?'],
  ),
  fact(
    ['Married to {partner}, who may speak on the account', '{partner}, the spouse, is allowed to act for them'],
    ['May {partner} speak on the account?', 'Who else is authorised to deal with us?', 'Is there a husband or wife?'],
  ),
  fact(
    ['Daughter or son {child} starts school in {month}', 'Their child {child} begins first grade in {month}'],
    ['When does {child} start school?', 'Do they have kids?', 'Is there anybody of primary age in the family?'],
  ),
  fact(
    ['Works as {job}', 'Earns a living as {job}'],
    ['Who works as {job}?', 'What do they do for a living?', 'What is their occupation?'],
  ),
  fact(
    [
      'Would rather write in {language} than in English',
      'Mother tongue is {language}; English letters are hard to follow',
    ],
    ['Do they write {language}?', 'Which language should we use in our messages?', 'Do they need an interpreter?'],
  ),
  fact(
    ['Is hard of hearing and wants everything by e-mail', 'Cannot hear well on the telephone, so please send e-mails'],
    [
      'Why do they want e-mail?',
      'Is there any disability we should consider?',
      'Which contact channel suits them best?',
    ],
  ),
  fact(
    ['Goes {sport} every {weekday}', 'Trains in a {sport} club on {weekday} nights'],
    ['On which day do they go {sport}?', 'What are their hobbies?', 'Do they exercise regularly?'],
  ),
  fact(
    ['Plays the {instrument} in an amateur orchestra', 'Is learning the {instrument} and practises at night'],
    ['Who plays the {instrument}?', 'Are they musical?', 'What do they do with their band?'],
  ),
  fact(
    ['Will be travelling in {country} for three weeks in {month}', 'Away on holiday in {country} during {month}'],
    ['When are they in {country}?', 'Where are they going on vacation?', 'Will they be abroad this year?'],
  ),
  fact(
    ['Vegetarian, so no gelatine in gifts please', 'Does not eat meat or gelatine'],
    ['Do they eat meat?', 'What should we keep in mind about food?', 'Any dietary restrictions?'],
  ),
  fact(
    [
      'Was upset after waiting forty minutes in the queue on the hotline',
      'Complained that the hotline kept them on hold for most of an hour',
    ],
    [
      'What did they say about the hotline?',
      'Why were they angry with us?',
      'Has this person been dissatisfied with our service?',
    ],
  ),
  fact(
    ['Praised {agent} for solving everything in one call', 'Sent a thank-you card for {agent}'],
    ['What did they think of {agent}?', 'Which colleague did they like?', 'Did they leave any positive feedback?'],
  ),
  fact(
    ['Does not want any advertising or newsletters', 'Unsubscribed from all promotional mailings in {month}'],
    ['May we send newsletters?', 'Did they opt out of marketing?', 'Can they be contacted about special offers?'],
  ),
  fact(
    ['Birthday is in {month}; likes a hand-written card', 'Turned fifty in {month} and was pleased about our card'],
    ['Which month is the birthday in?', 'When were they born?', 'When should we congratulate them?'],
  ),
  fact(['The line was bad and the call dropped twice']),
  fact(['Said good morning and asked how the weather was']),
  fact(['Confirmed the postal code and the last digits of the reference {number}']),
  fact(['Hung up before the survey']),
  fact(['Was transferred by {agent} and stayed friendly']),
]
