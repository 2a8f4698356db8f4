import { fact } from './fact.js'

/** A provider of internet and mobile phones. */
export const TELECOM = [
  fact(
    ['Internet drops out every evening around {hour}', 'The connection is gone each night at about {hour}'],
    ['When does the internet drop out?', 'What is wrong with their broadband?', 'Do they suffer from outages?'],
  ),
  fact(
    ['Router was replaced in {month} by a newer model', 'Got a new router in {month} after the old one overheated'],
    ['When was the router replaced?', 'Which hardware did we exchange?', 'How old is the box that provides the wifi?'],
  ),
  fact(
    [
      'Contract ends in {month} and will be cancelled if the price stays',
      'Threatens to leave in {month} unless it gets cheaper',
    ],
    ['When does the contract end?', 'Is there a risk of losing this customer?', 'Do they want to terminate?'],
  ),
  fact(
    ['Was charged {amount} euros for roaming in {country}', 'Roaming in {country} came to {amount} euros'],
    [
      'How much was the roaming in {country}?',
      'Why was the bill so high?',
      'Did they get an unexpected charge abroad?',
    ],
  ),
  fact(
    ['Uses {phone} with an eSIM', 'The handset is {phone}, the eSIM was activated by us'],
    ['Do they use an eSIM?', 'What kind of phone do they own?', 'Which device is it?'],
  ),
  fact(
    [
      'Wants to keep the number ending in {number} when switching',
      'Porting of the number ending in {number} was requested',
    ],
    ['Which number is to be ported?', 'Can the old line be taken along?', 'What did they request about their digits?'],
  ),
  fact(
    [
      'A technician came on {weekday} and found a corroded cable in the cellar',
      'On {weekday} the engineer discovered rust on the cable in the basement',
    ],
    ['What did the technician find?', 'What caused the fault?', 'Has anybody been there to repair it?'],
  ),
  fact(
    ['Needs at least 50 megabits of upload for video work', 'Uploads large videos and wants 50 megabits upstream'],
    ['How much upload is needed?', 'What do they use the line for?', 'Is their current speed sufficient?'],
  ),
  fact(
    ['Added a second SIM for {child} with a spending cap', 'The card for {child} is capped at ten euros a month'],
    ['What is the cap of the card for {child}?', 'Is there parental control on a line?', 'Who else uses their plan?'],
  ),
  fact(
    ['No reception in the bedroom, only at the window', 'Has signal at the window but none in the bedroom'],
    ['Where is there no reception?', 'Is mobile coverage poor at home?', 'In which room do calls fail?'],
  ),
  fact(
    ['Television package with sports was declined', 'Did not want the sports channels'],
    ['Do they want the sports package?', 'Which upsell did they turn down?', 'Are they interested in TV?'],
  ),
  fact(
    ['Pays by direct debit on the 15th', 'The bill is debited on the 15th of the month'],
    ['When is the direct debit?', 'How is the monthly fee collected?', 'On which date do we take payment?'],
  ),
  fact(
    ['Lost the phone on a train and had the SIM blocked', 'SIM was blocked after the handset was stolen on a train'],
    ['Why was the SIM blocked?', 'Where did they lose their device?', 'Has there been a theft?'],
  ),
  fact(
    [
      'Got a credit of {amount} euros for the outage in {month}',
      'We credited {amount} euros because of the failure in {month}',
    ],
    ['How large was the credit for the outage?', 'Did we compensate them?', 'What goodwill gesture was made?'],
  ),
]
