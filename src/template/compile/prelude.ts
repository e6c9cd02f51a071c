/**
 * The library of the template language as JavaScript source: the parts that the given code uses, in order of
 * dependency. Programs include it, because they run in a realm that has nothing else.
 *
 * @param names the names that the code mentions
 * @param filters names of the filters used
 */
export function prelude(names: ReadonlySet<string>, filters: ReadonlySet<string>): string {
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const piece = PIECES[name];
    if (piece === undefined || wanted.has(name)) return;
    for (const needed of piece.needs) want(needed);
    wanted.add(name);
  };
  // eval() could refer to any name.
  for (const name of ['sha256', 'md5', 'hmac', 'base64', 'uuid']) if (names.has(name) || names.has('eval')) want(name);
  for (const name of filters) want(`filter ${name}`);
  const members = [...filters].map((name) => `${JSON.stringify(name)}:$$filter_${name}`);
  const sources = [...wanted].map((name) => PIECES[name]?.source ?? '');
  return `${sources.join('\n')}\nconst $$f={${members.join(',')}};`;
}

type Piece = { needs: string[]; source: string };

/** Its source is a template literal whose backslashes stay as they are. */
const piece =
  (...needs: string[]) =>
  (source: TemplateStringsArray): Piece => ({ needs, source: String.raw(source).trim() });

/** A filter keeps a missing value missing, so that it prints nothing. */
const filter = (name: string, needs: string[], body: string, parameters = 'v') =>
  ({ needs, source: `const $$filter_${name}=(${parameters})=>v===undefined?v:${body};` }) satisfies Piece;

const PIECES: Record<string, Piece> = {
  utf8: piece()`
const $$utf8=(text)=>{
  const s=String(text),b=[];
  let n=0;
  for(let i=0;i<s.length;i++){
    let c=s.charCodeAt(i);
    if(c>=0xd800&&c<0xe000){
      const d=c<0xdc00?s.charCodeAt(i+1):NaN;
      if(d>=0xdc00&&d<0xe000){c=0x10000+((c-0xd800)<<10)+d-0xdc00;i++}else c=0xfffd;
    }
    if(c<0x80)b[n++]=c;
    else{
      if(c<0x800)b[n++]=0xc0|c>>6;
      else{
        if(c<0x10000)b[n++]=0xe0|c>>12;
        else{b[n++]=0xf0|c>>18;b[n++]=0x80|c>>12&63}
        b[n++]=0x80|c>>6&63;
      }
      b[n++]=0x80|c&63;
    }
  }
  return b;
};
const $$hex=(bytes)=>{
  let s="";
  for(let i=0;i<bytes.length;i++)s+=(bytes[i]<16?"0":"")+bytes[i].toString(16);
  return s;
};
const $$pad=(bytes,isBigEndian)=>{
  const m=bytes.slice(),bits=bytes.length*8;
  m[m.length]=128;
  while(m.length%64!==56)m[m.length]=0;
  const size=[];
  for(let i=0;i<8;i++)size[i]=Math.floor(bits/2**(8*i))%256;
  for(let i=0;i<8;i++)m[m.length]=size[isBigEndian?7-i:i];
  return m;
};`,
  sha256bytes: piece('utf8')`
const $$sha256k=[],$$sha256h=[];
for(let n=2,i=0;i<64;n++){
  let isPrime=true;
  for(let d=2;d*d<=n;d++)if(n%d===0)isPrime=false;
  if(!isPrime)continue;
  if(i<8)$$sha256h[i]=(n**.5%1)*0x100000000|0;
  $$sha256k[i++]=(Math.cbrt(n)%1)*0x100000000|0;
}
const $$sha256=(bytes)=>{
  const m=$$pad(bytes,true),h=$$sha256h.slice(),w=[];
  for(let at=0;at<m.length;at+=64){
    let [a,b,c,d,e,f,g,k]=h;
    for(let i=0;i<64;i++){
      if(i<16){const p=at+i*4;w[i]=m[p]<<24|m[p+1]<<16|m[p+2]<<8|m[p+3]}
      else{
        const x=w[i-15],y=w[i-2];
        w[i]=w[i-16]+w[i-7]+((x>>>7|x<<25)^(x>>>18|x<<14)^x>>>3)+((y>>>17|y<<15)^(y>>>19|y<<13)^y>>>10)|0;
      }
      const s=k+((e>>>6|e<<26)^(e>>>11|e<<21)^(e>>>25|e<<7))+(e&f^~e&g)+$$sha256k[i]+w[i]|0;
      const t=((a>>>2|a<<30)^(a>>>13|a<<19)^(a>>>22|a<<10))+(a&b^a&c^b&c)|0;
      k=g;g=f;f=e;e=d+s|0;d=c;c=b;b=a;a=s+t|0;
    }
    const r=[a,b,c,d,e,f,g,k];
    for(let i=0;i<8;i++)h[i]=h[i]+r[i]|0;
  }
  const out=[];
  for(let i=0;i<32;i++)out[i]=h[i>>2]>>>24-i%4*8&255;
  return out;
};`,
  md5bytes: piece('utf8')`
const $$md5k=[],$$md5s=[7,12,17,22,5,9,14,20,4,11,16,23,6,10,15,21];
for(let i=0;i<64;i++)$$md5k[i]=Math.abs(Math.sin(i+1))*0x100000000|0;
const $$md5=(bytes)=>{
  const m=$$pad(bytes,false),h=[0x67452301,0xefcdab89|0,0x98badcfe|0,0x10325476];
  for(let at=0;at<m.length;at+=64){
    let [a,b,c,d]=h;
    for(let i=0;i<64;i++){
      const r=i>>4;
      const f=r===0?b&c|~b&d:r===1?d&b|~d&c:r===2?b^c^d:c^(b|~d);
      const p=at+4*(r===0?i:r===1?(5*i+1)%16:r===2?(3*i+5)%16:7*i%16);
      const x=a+f+$$md5k[i]+(m[p]|m[p+1]<<8|m[p+2]<<16|m[p+3]<<24)|0,s=$$md5s[r*4+i%4];
      a=d;d=c;c=b;b=b+(x<<s|x>>>32-s)|0;
    }
    h[0]=h[0]+a|0;h[1]=h[1]+b|0;h[2]=h[2]+c|0;h[3]=h[3]+d|0;
  }
  const out=[];
  for(let i=0;i<16;i++)out[i]=h[i>>2]>>>i%4*8&255;
  return out;
};`,
  sha256: piece('sha256bytes')`const sha256=(text)=>$$hex($$sha256($$utf8(text)));`,
  md5: piece('md5bytes')`const md5=(text)=>$$hex($$md5($$utf8(text)));`,
  hmac: piece('sha256bytes', 'md5bytes')`
const hmac=(key,text,algorithm="sha256")=>{
  const hash={__proto__:null,sha256:$$sha256,md5:$$md5}[String(algorithm).toLowerCase().replace("-","")];
  if(hash===undefined)throw new Error("hmac knows the algorithms sha256 and md5, not "+String(algorithm));
  let k=$$utf8(key);
  if(k.length>64)k=hash(k);
  const inner=[],outer=[];
  for(let i=0;i<64;i++){inner[i]=0x36^(k[i]??0);outer[i]=0x5c^(k[i]??0)}
  return $$hex(hash(outer.concat(hash(inner.concat($$utf8(text))))));
};`,
  base64: piece('utf8')`
const base64=(text)=>{
  const b=$$utf8(text),abc="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let s="";
  for(let i=0;i<b.length;i+=3){
    const n=b[i]<<16|(b[i+1]??0)<<8|(b[i+2]??0);
    s+=abc[n>>18]+abc[n>>12&63]+(i+1<b.length?abc[n>>6&63]:"=")+(i+2<b.length?abc[n&63]:"=");
  }
  return s;
};`,
  // The sandbox seeds Math.random() for each delivery, so that all its renders give the same bytes.
  uuid: piece()`
const uuid=()=>"xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(/[xy]/g,(c)=>{
  const n=Math.floor(Math.random()*16);
  return (c==="x"?n:n&3|8).toString(16);
});`,
  'filter json': filter('json', [], '$$json(v)'),
  'filter upper': filter('upper', [], 'String(v).toUpperCase()'),
  'filter lower': filter('lower', [], 'String(v).toLowerCase()'),
  'filter trim': filter('trim', [], 'String(v).trim()'),
  'filter default': piece()`const $$filter_default=(v,other)=>v===undefined||v===null||v===""?other:v;`,
  'filter url': filter('url', [], '$$url(v)'),
  'filter base64': filter('base64', ['base64'], 'base64(v)'),
  'filter sha256': filter('sha256', ['sha256'], 'sha256(v)'),
  'filter md5': filter('md5', ['md5'], 'md5(v)'),
  'filter hmac': filter('hmac', ['hmac'], 'hmac(key,v,algorithm)', 'v,key,algorithm'),
  'filter number': piece()`
const $$filter_number=(v,decimals)=>{
  if(v===undefined||v===null||v==="")return undefined;
  const n=typeof v==="string"&&v.trim()===""?NaN:Number(v);
  if(n!==n)throw new Error('The filter number cannot read "'+$$short(v)+'" as a number');
  if(decimals===undefined)return n;
  if(!(decimals>=0&&decimals<=20))throw new Error("The filter number takes 0 to 20 decimals");
  return n.toFixed(decimals);
};`,
  'filter date': piece()`
const $$filter_date=(v,pattern="iso")=>{
  if(v===undefined||v===null||v==="")return undefined;
  let t=NaN;
  const text=String(v).trim();
  if(typeof v==="object")t=Number(v);
  else if(/^-?\d+(?:\.\d+)?$/.test(text))t=text.replace(/^-|\..*$/g,"").length>11?Math.trunc(Number(text)):Math.round(Number(text)*1000);
  else if(/^\d{4}-\d\d-\d\d$/.test(text))t=Date.parse(text);
  else if(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$/i.test(text)){
    let s=text.replace(" ","T").toUpperCase().replace(/([+-]\d\d)(\d\d)$/,"$1:$2").replace(/(\.\d{3})\d+/,"$1");
    if(!/(?:Z|[+-]\d\d:\d\d)$/.test(s))s+="Z";
    t=Date.parse(s);
  }
  if(!(Math.abs(t)<=8.64e15))throw new Error('The filter date cannot read "'+$$short(v)+'" as a time');
  const p=String(pattern);
  if(p==="unixms")return t;
  if(p==="unix")return Math.floor(t/1000);
  const d=new Date(t);
  if(p==="iso")return d.toISOString();
  const two=(n)=>String(n).padStart(2,"0");
  return p.replace(/yyyy|yy|MM|dd|HH|mm|ss|SSS/g,(part)=>
    part==="yyyy"?String(d.getUTCFullYear()).padStart(4,"0"):
    part==="yy"?two(d.getUTCFullYear()%100):
    part==="MM"?two(d.getUTCMonth()+1):
    part==="dd"?two(d.getUTCDate()):
    part==="HH"?two(d.getUTCHours()):
    part==="mm"?two(d.getUTCMinutes()):
    part==="ss"?two(d.getUTCSeconds()):
    String(d.getUTCMilliseconds()).padStart(3,"0"));
};`,
};
