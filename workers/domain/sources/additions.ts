// Sources missing in Matomo's lists: shops, video sites, mail, apps, names in tags. Maintained by hand; a new one is
// one entry.

/** The kind of a source for the channel rules: GA4's source categories, and AI assistants. */
export type SourceKind = "ai" | "search" | "social" | "video" | "shopping" | "email" | "site";

/** The format of the generated tables, except that subdomains match too, unless they have an entry of their own. */
export const ADDITIONS: Record<SourceKind, string> = {
  // Under a shop's domain, but not a shop.
  site: `AWS=aws.amazon.com`,
  ai: `ChatGPT=com.openai.chatgpt;Claude=com.anthropic.claude;Perplexity=ai.perplexity.app.android;
Gemini=com.google.android.apps.bard;Deepseek=deepseek.com com.deepseek.chat;Grok=ai.x.grok;Le Chat=ai.mistral.chat;
Copilot=com.microsoft.copilot;Phind=phind.com;Poe=poe.com;Kimi=kimi.com kimi.moonshot.cn;Doubao=doubao.com`,
  search: `DuckDuckGo=duckduckgo.com com.duckduckgo.mobile.android;Ecosia=ecosia.org;Qwant=qwant.com;
StartPage=startpage.com;Brave=search.brave.com;Kagi=kagi.com;Google=com.google.android.apps.searchlite`,
  social: `Facebook=facebook.com fb.com com.facebook.katana com.facebook.lite;Instagram=com.instagram.android;
Twitter=com.twitter.android;LinkedIn=com.linkedin.android;Pinterest=pin.it com.pinterest;
TikTok=tiktok.com com.zhiliaoapp.musically com.ss.android.ugc.trill;reddit=redd.it com.laurencedawson.reddit_sync;
Snapchat=com.snapchat.android;Telegram=t.me telegram.me org.telegram.plus;WhatsApp=whatsapp.com wa.me com.whatsapp;
Messenger=messenger.com m.me com.facebook.orca;Threads=com.instagram.barcelona;Vkontakte=m.vk.com com.vkontakte.android;
Odnoklassniki=ok.ru;Quora=quora.com;Medium=medium.com;Substack=substack.com;Digg=digg.com;Lobsters=lobste.rs;
Lemmy=lemmy.world lemmy.ml;Product Hunt=producthunt.com;Discord=com.discord;Line=line.me jp.naver.line.android;
Slack=slack.com com.slack;Microsoft Teams=teams.microsoft.com statics.teams.cdn.office.net com.microsoft.teams;
Linktree=linktr.ee;Steam=steamcommunity.com;Weibo=weibo.cn;Xiaohongshu=xiaohongshu.com;Zhihu=zhihu.com`,
  video: `YouTube=youtube.com youtu.be com.google.android.youtube;Vimeo=vimeo.com;Dailymotion=dailymotion.com dai.ly;
Twitch=twitch.tv;Netflix=netflix.com;Disney+=disneyplus.com;Hulu=hulu.com;iQIYI=iqiyi.com;Youku=youku.com;
bilibili=bilibili.com b23.tv;Niconico=nicovideo.jp;Rumble=rumble.com;Odysee=odysee.com;Wistia=wistia.com;TED.com=ted.com;
Crunchyroll=crunchyroll.com;Google Video=video.google.com`,
  shopping: `Amazon=amazon.com amazon.{} a.co amzn.to;eBay=ebay.com ebay.{};Etsy=etsy.com;Walmart=walmart.com;
Alibaba=alibaba.com;AliExpress=aliexpress.com;Mercado Libre=mercadolibre.com mercadolibre.{} mercadolivre.com.br;
Shopify=shopify.com;Shop.app=shop.app;Rakuten Shop=rakuten.co.jp;Flipkart=flipkart.com;Target.com=target.com;Temu=temu.com;
Shein=shein.com;Otto.de=otto.de;Zalando=zalando.{};Allegro=allegro.pl;Idealo=idealo.{};Galaxus=galaxus.{};
Digitec=digitec.ch;Google Shopping=shopping.google.com;Wish.com=wish.com;Ozon=ozon.ru;Wildberries=wildberries.ru;
Taobao=taobao.com;Tmall=tmall.com;JD.com=jd.com`,
  email: `Gmail=mail.google.com com.google.android.gm;Outlook=outlook.live.com outlook.office.com outlook.office365.com
 outlook.com com.microsoft.office.outlook;Yahoo! Mail=mail.yahoo.com com.yahoo.mobile.client.android.mail;
Proton Mail=mail.proton.me;iCloud Mail=icloud.com/mail;Fastmail=app.fastmail.com;GMX Mail=navigator.gmx.net mail.gmx.com;
Zoho Mail=mail.zoho.com;Mail.ru Mail=e.mail.ru;Yandex Mail=mail.yandex.{};Mailchimp=mailchi.mp list-manage.com`,
};

/** Common spellings in `utm_source`, lower case, other than the name itself or a host. */
export const TAG_ALIASES: Record<string, string> = {
  adwords: "Google",
  google_ads: "Google",
  "google-ads": "Google",
  googleads: "Google",
  bingads: "Bing",
  bing_ads: "Bing",
  yahoo: "Yahoo!",
  ddg: "DuckDuckGo",
  fb: "Facebook",
  "fb-ads": "Facebook",
  fb_ads: "Facebook",
  facebook_ads: "Facebook",
  facebookads: "Facebook",
  meta: "Facebook",
  ig: "Instagram",
  insta: "Instagram",
  "ig-ads": "Instagram",
  x: "Twitter",
  tw: "Twitter",
  li: "LinkedIn",
  linkedin_ads: "LinkedIn",
  yt: "YouTube",
  tt: "TikTok",
  tiktok_ads: "TikTok",
  hn: "Hacker News",
  hackernews: "Hacker News",
  producthunt: "Product Hunt",
  vk: "Vkontakte",
  wa: "WhatsApp",
  tg: "Telegram",
  openai: "ChatGPT",
  mail_chimp: "Mailchimp",
};

/** A parameter that an advertising or mailing system adds to its links. */
export interface ClickId {
  parameter: string;
  /** The source if neither tag nor referrer names one. */
  source: string;
  /** The medium if no tag names one; null for ids that both paid and unpaid links have. */
  medium: string | null;
}

/** In order of precedence. */
export const CLICK_IDS: readonly ClickId[] = [
  { parameter: "gclid", source: "Google", medium: "cpc" },
  { parameter: "gbraid", source: "Google", medium: "cpc" },
  { parameter: "wbraid", source: "Google", medium: "cpc" },
  // Display & Video 360 and Campaign Manager: banners, not search.
  { parameter: "dclid", source: "Google", medium: "display" },
  { parameter: "msclkid", source: "Bing", medium: "cpc" },
  { parameter: "yclid", source: "Yandex", medium: "cpc" },
  { parameter: "ttclid", source: "TikTok", medium: "cpc" },
  { parameter: "twclid", source: "Twitter", medium: "cpc" },
  { parameter: "li_fat_id", source: "LinkedIn", medium: "cpc" },
  { parameter: "rdt_cid", source: "reddit", medium: "cpc" },
  { parameter: "epik", source: "Pinterest", medium: "cpc" },
  { parameter: "ScCid", source: "Snapchat", medium: "cpc" },
  { parameter: "qclid", source: "Quora", medium: "cpc" },
  // Facebook and Instagram add theirs to every outbound link, paid or not.
  { parameter: "fbclid", source: "Facebook", medium: null },
  { parameter: "igshid", source: "Instagram", medium: null },
  { parameter: "igsh", source: "Instagram", medium: null },
  { parameter: "mc_cid", source: "Mailchimp", medium: "email" },
];
