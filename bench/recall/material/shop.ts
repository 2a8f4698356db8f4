import { fact } from './fact.js'

/** A shop for furniture and household goods. */
export const SHOP = [
  fact(
    ['Ordered a {furniture} in {colour}, order {number}', 'Bought the {colour} {furniture} with order {number}'],
    [
      'What is the number of the order of the {furniture}?',
      'Which colour was chosen?',
      'What did they purchase from us?',
    ],
  ),
  fact(
    [
      'The {appliance} arrived with a dent and was sent back',
      'Returned the {appliance} because its housing was cracked',
    ],
    ['Why was the {appliance} returned?', 'Was anything delivered damaged?', 'Which item came broken?'],
  ),
  fact(
    ['Got a refund of {amount} euros onto the credit card', 'We paid back {amount} euros after the complaint'],
    ['How large was the refund?', 'How much money did we give back?', 'Have they been reimbursed?'],
  ),
  fact(
    [
      'Parcels are to be left with the neighbour on the second floor',
      'If nobody is home, the driver may leave the parcel next door',
    ],
    ['Where should parcels be left?', 'What if no one answers the bell?', 'Who accepts packages in their absence?'],
  ),
  fact(
    [
      'No lift in the house, fourth floor, the stairs are narrow',
      'Carriers must take the narrow stairs to the fourth floor',
    ],
    ['Which floor is it?', 'Will heavy goods be difficult to carry up?', 'Is there an elevator?'],
  ),
  fact(
    ['Has a gold card with 2,300 points', 'Loyalty level is gold since {month}'],
    [
      'What is the loyalty level?',
      'How many bonus points have they collected?',
      'Are they a member of our rewards programme?',
    ],
  ),
  fact(
    ['Pays on invoice only and never gives card details', 'Wants to pay by invoice within thirty days'],
    ['Do they pay by invoice?', 'What is the preferred payment method?', 'How do they settle their bills?'],
  ),
  fact(
    [
      'Instructions for assembly were missing two pages',
      'Could not put it together, as pages of the manual were missing',
    ],
    [
      'What was wrong with the instructions?',
      'Did they have trouble building the furniture?',
      'What was missing from the box?',
    ],
  ),
  fact(
    [
      'Is waiting for {colour} curtains to be back in stock',
      'Wants a message when the {colour} curtains are available again',
    ],
    [
      'Which curtains are they waiting for?',
      'Which sold-out article do they want?',
      'Should we notify them about anything?',
    ],
  ),
  fact(
    [
      'Is allergic to wool and returns anything that contains it',
      'Cannot have wool in the house because of a skin reaction',
    ],
    ['What about wool?', 'Are there materials to avoid?', 'Why would they not take this blanket?'],
  ),
  fact(
    ['Furnishes a home office of nine square metres', 'Is turning the box room into a home office'],
    ['What is planned for the home office?', 'Which room are they decorating?', 'What project are they working on?'],
  ),
  fact(
    ['Used the voucher SPRING10 twice, the second one was declined', 'The code SPRING10 did not work a second time'],
    ['What happened with the voucher?', 'Did a discount fail at checkout?', 'Which coupon was rejected?'],
  ),
  fact(
    ['Delivery on {weekday} between eight and ten suits best', 'Can only receive deliveries on {weekday} mornings'],
    ['On which day can we deliver?', 'When is somebody at home for the van?', 'What is the best slot for shipping?'],
  ),
  fact(
    ['The lamp for the hall flickers since the bulb was changed', 'Reported that the hall lamp flickers'],
    ['What is the matter with the lamp?', 'Is there an issue with the lighting?', 'Which product is defective now?'],
  ),
]
