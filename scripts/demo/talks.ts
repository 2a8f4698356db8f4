/** What customers of the made-up company talk about, and what is worth keeping of it. */
export interface Talk {
  readonly channel: 'CHAT' | 'EMAIL' | 'SMS' | 'VOICE' | 'WHATSAPP'
  /** What was said, the customer first and then in turns. */
  readonly lines: readonly string[]
  readonly summary: string
  /** A second look at the same talk: the summary is changed to it. */
  readonly summaryLater?: string
  readonly facts: readonly Fact[]
}

/** Something learned about a customer; `later` is what it became, and leaves a revision. */
export interface Fact {
  readonly content: string
  readonly later?: string
}

/** `{city}`, `{street}` and `{bike}` stand for what is known of the customer. */
export const TALKS: readonly Talk[] = [
  {
    channel: 'CHAT',
    lines: [
      'Hi, my {bike} makes a clicking noise when I pedal hard uphill. It is only three months old.',
      'Sorry to hear that. Does it click once per turn of the pedals, or all the time?',
      'Once per turn, and only under load.',
      'That sounds like the bottom bracket. It is under warranty; shall we book it in for Thursday?',
      'Thursday after five works, I commute on it until then.',
    ],
    summary: 'The customer reported a clicking noise under load; a warranty check of the bottom bracket was booked.',
    summaryLater:
      'The customer reported a clicking noise under load. The bottom bracket was replaced under warranty the same week.',
    facts: [
      { content: 'Commutes to work on the {bike} every weekday.' },
      {
        content: 'The bottom bracket of the {bike} clicks under load; a warranty check is booked.',
        later: 'The bottom bracket of the {bike} was replaced under warranty; the noise is gone.',
      },
    ],
  },
  {
    channel: 'EMAIL',
    lines: [
      'The parcel with my panniers has not arrived. The tracking page has said "out for delivery" for four days.',
      'I apologise. I have asked the carrier to look for it. Would you like us to send another set today?',
      'Yes please. And send it to my office, nobody is at home during the day.',
    ],
    summary: 'A parcel with panniers was lost by the carrier; a second set was sent to the office address.',
    facts: [
      { content: 'Wants parcels delivered to the office, because nobody is at home during the day.' },
      { content: 'Was annoyed by a parcel that the carrier lost for four days.' },
    ],
  },
  {
    channel: 'VOICE',
    lines: [
      'I would like to ride the coast trail with my daughter in spring. She is seven. What do I need?',
      'At seven, a tag-along or a 20-inch bike of her own. How far do you want to go in a day?',
      'Thirty kilometres, no more. And she gets cold easily.',
      'Then a tag-along, a windproof jacket and a thermos. We rent the tag-along for weekends.',
    ],
    summary: 'The customer plans a spring tour with a seven-year-old daughter and will rent a tag-along bike.',
    facts: [
      { content: 'Has a seven-year-old daughter who rides along on tours.' },
      {
        content: 'Plans a tour on the coast trail in spring, at most 30 km a day.',
        later: 'Moved the tour on the coast trail from spring to September, at most 30 km a day.',
      },
    ],
  },
  {
    channel: 'CHAT',
    lines: [
      'Do your energy bars contain nuts?',
      'Four of the six kinds do. Are you allergic?',
      'Yes, to all tree nuts. Even traces are a problem.',
      'Then only the two kinds marked "nut free"; they are made in a separate kitchen.',
    ],
    summary: 'The customer is allergic to tree nuts and was told which energy bars are safe.',
    facts: [{ content: 'Is allergic to tree nuts, traces included; only the energy bars marked "nut free" are safe.' }],
  },
  {
    channel: 'SMS',
    lines: [
      'Is my bike ready?',
      'Nearly. The wheel is trued, the new chain goes on this afternoon. You can have it from six.',
      'Great. Please text me here in future, I never pick up the phone.',
    ],
    summary: 'The customer asked about a repair and wants to be reached by text message only.',
    facts: [{ content: 'Prefers text messages and never answers phone calls.' }],
  },
  {
    channel: 'WHATSAPP',
    lines: [
      'I moved last month. Is the club ride on Sundays still starting at the shop?',
      'Yes, at nine. What is your new address, so that we can change it here?',
      '{street} in {city}. It is twice as far from you now, but I will come.',
    ],
    summary: 'The customer moved, gave a new address and goes on joining the Sunday club ride.',
    facts: [{ content: 'Moved to {street} in {city}.' }, { content: 'Joins the club ride on Sundays at nine.' }],
  },
  {
    channel: 'EMAIL',
    lines: [
      'Your invoice has my private address. I need one made out to my company, for the tax office.',
      'No problem. Which name and address should be on it?',
      'The address is the same; the name is on my business account. Please do it that way from now on.',
    ],
    summary: 'The customer asked for invoices to be made out to a company from now on.',
    facts: [{ content: 'Needs invoices made out to the company, for tax reasons.' }],
  },
  {
    channel: 'CHAT',
    lines: [
      'I am thinking about an electric bike. My knee was operated on and hills hurt.',
      'Then a mid-motor with a torque sensor; it helps most when you push least. What is your budget?',
      'Up to 3,500, and it must fit in a lift.',
      'Two models fit. Come for a test ride on Saturday, I will keep them charged.',
    ],
    summary: 'After a knee operation the customer looks for an electric bike up to 3,500; a test ride is arranged.',
    summaryLater: 'After a knee operation the customer tried two electric bikes and ordered the smaller one.',
    facts: [
      { content: 'Had a knee operation; hills hurt.' },
      {
        content: 'Looks for an electric bike up to 3,500 that fits in a lift.',
        later: 'Ordered a compact electric bike after a test ride.',
      },
    ],
  },
  {
    channel: 'VOICE',
    lines: [
      'I want to send back the helmet. It is a size too small.',
      'Of course. Keep the box; we send a label and the larger one together.',
      'It is for a race on the fifteenth, will it be there?',
      'It leaves today and takes two days.',
    ],
    summary: 'A helmet was exchanged for a larger one in time for a race.',
    facts: [{ content: 'Wears helmets in size L.' }, { content: 'Takes part in amateur road races.' }],
  },
  {
    channel: 'WHATSAPP',
    lines: [
      'Somebody stole my bike last night, cut through the lock in front of my building.',
      'I am very sorry. You registered the frame number with us; I can send you the paper for the insurance.',
      'Yes please, by e-mail. And what lock should I buy next time?',
      'A hardened U-lock, and a second one for the front wheel.',
    ],
    summary: 'The bike was stolen; the papers for the insurance were sent and locks recommended.',
    facts: [
      { content: 'The bike was stolen in front of the building; the insurance has the frame number.' },
      { content: 'Asked which lock to buy: a hardened U-lock was recommended.' },
    ],
  },
  {
    channel: 'EMAIL',
    lines: [
      'Please stop the advertising. I only want to hear from you about my orders.',
      'Done. You will get no newsletter any more; mails about orders go on.',
    ],
    summary: 'The customer does not want advertising and was taken off the newsletter.',
    facts: [{ content: 'Does not want any advertising or newsletters.' }],
  },
  {
    channel: 'CHAT',
    lines: [
      'Which tyres for gravel in winter? I ride to a cabin without a road every weekend.',
      'At least 42 mm, tubeless, with a soft compound below five degrees.',
      'I have never done tubeless. Can you mount them?',
      'Yes, it is free when you buy them here. Bring the wheels, not the bike.',
    ],
    summary: 'The customer asked for gravel tyres for the winter and will have them mounted tubeless.',
    facts: [
      { content: 'Rides on gravel to a cabin every weekend, in winter too.' },
      { content: 'Uses tubeless gravel tyres of 42 mm.' },
    ],
  },
]
