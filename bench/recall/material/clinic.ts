import { fact } from './fact.js'

/** A clinic's front desk. */
export const CLINIC = [
  fact(
    ['Allergic to {medicine}', 'Had a bad reaction to {medicine}; it is in the file'],
    ['Is there a reaction to {medicine}?', 'What must never be given?', 'Are there any allergies?'],
  ),
  fact(
    ['Next check-up with {doctor} is on a {weekday} in {month}', 'Booked with {doctor} for a {weekday} in {month}'],
    ['When is the check-up with {doctor}?', 'Do they have an upcoming appointment?', 'Which physician will they see?'],
  ),
  fact(
    ['Afraid of needles, please lie down for blood samples', 'Faints when blood is taken and needs to lie down'],
    ['What happens with blood samples?', 'Are they nervous about injections?', 'How should the nurse prepare?'],
  ),
  fact(
    ['Comes by wheelchair taxi and needs the ramp', 'Uses a wheelchair; the ramp at the back door is best'],
    ['Do they need the ramp?', 'Is barrier-free access necessary?', 'How do they get to us?'],
  ),
  fact(
    ['Insurance changed to a private one in {month}', 'Is privately insured since {month}'],
    ['When did the insurance change?', 'Who covers the costs?', 'Where should the bill be sent?'],
  ),
  fact(
    [
      'Knee was operated on in {month}, physiotherapy twice a week',
      'After knee surgery in {month} they go to physiotherapy',
    ],
    ['When was the knee operation?', 'Which rehabilitation do they get?', 'What procedure did they have?'],
  ),
  fact(
    ['Cancelled two appointments at short notice in {month}', 'In {month} they called off twice on the same day'],
    ['How often did they cancel in {month}?', 'Are they reliable about visits?', 'Have they been a no-show?'],
  ),
  fact(
    ['Sleeps badly since starting night shifts', 'Reports insomnia because of working nights'],
    ['Why do they sleep badly?', 'What symptoms were described?', 'Are they tired during the day?'],
  ),
  fact(
    ['Wants test results by post and not by phone', 'Laboratory results are to be mailed, never read out'],
    ['How should test results be sent?', 'May we tell them the findings over the telephone?', 'Any privacy wishes?'],
  ),
  fact(
    ['Takes blood pressure tablets each morning', 'Is on tablets for high blood pressure'],
    ['Which tablets do they take?', 'What medication are they on?', 'Do they have hypertension?'],
  ),
  fact(
    ['Mother had diabetes, sugar is checked once a year', 'Diabetes runs in the family; yearly glucose test'],
    ['Is there diabetes in the family?', 'Which hereditary illness do we watch?', 'What is tested annually?'],
  ),
  fact(
    ['Got a tetanus shot in {month}', 'Tetanus vaccination was refreshed in {month}'],
    ['When was the tetanus shot?', 'Are the immunisations up to date?', 'What jab did they receive?'],
  ),
  fact(
    ['Asked for a female doctor', 'Would only be examined by a woman'],
    ['Do they want a female doctor?', 'Any preference about who treats them?', 'Can a man do the examination?'],
  ),
  fact(
    ['Glasses were prescribed, minus two on both sides', 'Eye test: short-sighted, minus two'],
    ['What did the eye test say?', 'How good is their vision?', 'Do they wear spectacles?'],
  ),
]
