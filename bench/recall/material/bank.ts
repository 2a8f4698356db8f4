import { fact } from './fact.js'

/** A bank for private customers. */
export const BANK = [
  fact(
    [
      'Is saving for a house and asked about mortgages over twenty years',
      'Wants a mortgage with a fixed rate for twenty years',
    ],
    [
      'What mortgage did they ask about?',
      'Are they planning to buy property?',
      'What are they putting money aside for?',
    ],
  ),
  fact(
    ['Debit card was swallowed by the machine at the station', 'The cash machine at the station kept the card'],
    ['What happened at the cash machine?', 'Why do they need a replacement card?', 'Where did the ATM retain it?'],
  ),
  fact(
    [
      'Disputed a payment of {amount} euros to an unknown web shop',
      'Does not recognise {amount} euros taken by a web shop',
    ],
    ['Which payment was disputed?', 'Has there been fraud?', 'Is a suspicious transaction being investigated?'],
  ),
  fact(
    [
      'Salary arrives on the 28th from a new employer since {month}',
      'Changed employer in {month}; wages come on the 28th',
    ],
    ['When does the salary arrive?', 'When do they get paid?', 'Did they take a new job?'],
  ),
  fact(
    ['Overdraft was raised to 2,000 euros', 'May overdraw the account by 2,000 euros'],
    ['How high is the overdraft?', 'How far may the balance go below zero?', 'What credit line do they have?'],
  ),
  fact(
    [
      'Opened a savings account for {child} with {amount} euros',
      '{child} has a savings book, first deposit {amount} euros',
    ],
    [
      'What was the first deposit for {child}?',
      'Do they have an account for a minor?',
      'Who is the junior account for?',
    ],
  ),
  fact(
    ['Sends money to family in {country} every month', 'Transfers part of the wages to relatives in {country}'],
    ['Who gets money in {country}?', 'Do they make regular international payments?', 'Are there remittances?'],
  ),
  fact(
    ['Refuses the app and wants paper statements', 'Statements must come on paper, no online banking'],
    [
      'Do they want paper statements?',
      'Are they comfortable with digital services?',
      'How should documents be delivered?',
    ],
  ),
  fact(
    ['Holds an index fund and does not want single shares', 'Invests in an index fund only, stocks are too risky'],
    ['Which fund do they hold?', 'What is their appetite for risk?', 'How is their portfolio invested?'],
  ),
  fact(
    ['Locked out after entering the PIN wrongly three times', 'Three wrong PINs, access was reset by {agent}'],
    ['Why were they locked out?', 'Did they forget their secret code?', 'What login problem occurred?'],
  ),
  fact(
    [
      'Missed the loan instalment of {month} because of sick leave',
      'Could not pay the instalment in {month} while ill',
    ],
    ['Why was the instalment missed?', 'Are they behind on repayments?', 'Have they had financial difficulties?'],
  ),
  fact(
    [
      'Meets the adviser {agent} at the branch on a {weekday}',
      'Appointment with {agent} in the branch, always on {weekday}',
    ],
    ['When do they meet {agent}?', 'Who is their personal consultant?', 'Do they come in person?'],
  ),
  fact(
    ['Rents a safe deposit box for jewellery', 'Keeps grandmother’s jewellery in a deposit box'],
    ['What is in the deposit box?', 'Where do they store valuables?', 'What did they inherit?'],
  ),
  fact(
    ['Asked for the fee of {amount} euros to be waived', 'Finds the yearly fee of {amount} euros too much'],
    ['What fee should be waived?', 'Do they think we are too expensive?', 'What did they try to negotiate?'],
  ),
]
